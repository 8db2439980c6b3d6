import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon deploy`: the contracts of a new network, on any EVM chain. */
export function addDeploy(program: Command, surroundings: Surroundings): void {
  program
    .command('deploy')
    .description('put the contracts of a new network on a chain and write its address file')
    .requiredOption('--rpc <url>', 'JSON-RPC endpoint of the chain')
    .requiredOption('--account <name>', 'key that pays and gets the whole supply of KOIN ("koinon keys new")')
    .option('--password-file <file>', 'file with its password; asked for at the terminal otherwise')
    .option('-o, --output <file>', 'the address file', 'deployment.json')
    .option('--governor <address>', 'who may propose another court (default: the account)')
    .option('--supply <koin>', 'KOIN to make, whole tokens (default: 1000000000)')
    .option('--challenge-window <seconds>', 'how long evidence is heard (default: 604800, a week)')
    .option(
      '--beacon <kind>',
      'where lots come from: block (default, for chains of your own) or drand-quicknet',
    )
    .option('--jury-seats <number>', 'expected seats of a first jury (default: 15)')
    .addHelpText('after', '\nExample:\n  koinon deploy --rpc https://rpc.example --account deployer')
    .action(async options => (await import('../operate/deploy.ts')).deploy(surroundings, options));
}
