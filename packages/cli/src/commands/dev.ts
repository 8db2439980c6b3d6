import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon dev`: a whole network on this machine. */
export function addDev(program: Command, surroundings: Surroundings): void {
  program
    .command('dev')
    .description('bring up a whole local network and keep it up until Ctrl-C')
    .option('--fresh', 'forget what earlier runs left')
    .option(
      '--challenge-window <seconds>',
      'how long evidence is heard (default: a week); 280 lets a dispute be seen in a minute or two',
    )
    .addHelpText('after', '\nExamples:\n  koinon dev --fresh\n  koinon dev --fresh --challenge-window 280')
    .action(async options => (await import('../local/dev.ts')).dev(surroundings, options));
}
