import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon verify`: check how a model was made, or a single job, without a wallet and without trusting anybody. */
export function addVerify(program: Command, surroundings: Surroundings): void {
  program
    .command('verify <what>')
    .description('check a model (NAME or NAME@VERSION), a passport, a receipt, or a file of evidence')
    .option('--no-replay', 'do not run the public jobs again')
    .option('--step <n>', 'replay this step of one job alone, as a juror does (0 is the first)')
    .option('--offline', 'do not ask the chain')
    .option('--rpc <url>', 'ask the chain at this endpoint')
    .option('--network <file>', 'address file of the network you mean (default: as the node says)')
    .option('--export <file>', 'write all evidence to one file that can be checked without any network')
    .option('--details', 'say what was found also where all is well')
    .addHelpText(
      'after',
      '\nExamples:\n  koinon verify heart-risk\n  koinon verify heart-risk --export heart-risk.koinon\n  koinon verify heart-risk.koinon\n  koinon verify 0x5d0fba81a3c2e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e --step 3\n\nA file is checked without any network unless --node or --rpc is given. Exit code 3 when a check fails.',
    )
    .action(async (what, options) => {
      const { verify } = await import('../verify/verify.ts');
      const code = await verify(surroundings, what, options);
      if (code !== 0) process.exitCode = code;
    });
}
