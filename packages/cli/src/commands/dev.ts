import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon dev`: a whole network on this machine. */
export function addDev(program: Command, surroundings: Surroundings): void {
  program
    .command('dev')
    .description('bring up a whole local network and keep it up until Ctrl-C')
    .option('--fresh', 'forget what earlier runs left')
    .addHelpText('after', '\nExample:\n  koinon dev --fresh')
    .action(async options => (await import('../local/dev.ts')).dev(surroundings, options));
}
