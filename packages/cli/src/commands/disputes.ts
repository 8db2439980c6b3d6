import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon disputes …` and `koinon integrity`: what was checked, what was found, and who paid for it. */
export function addDisputes(program: Command, surroundings: Surroundings): void {
  const disputes = program
    .command('disputes')
    .description('disputes before the court: list, look at')
    .addHelpText('after', '\nExample:\n  koinon disputes ls');

  disputes
    .command('ls')
    .description('list disputes, newest first')
    .option('--open', 'only those that are not decided yet')
    .addHelpText('after', '\nExample:\n  koinon disputes ls --open')
    .action(async options =>
      (await import('../integrity/listDisputes.ts')).listDisputes(surroundings, options),
    );

  disputes
    .command('show <dispute>')
    .description('what happened in a dispute, act by act (the beginning of its id or receipt, or "last")')
    .addHelpText('after', '\nExample:\n  koinon disputes show last')
    .action(async dispute =>
      (await import('../integrity/showDispute.ts')).showDispute(surroundings, dispute),
    );

  program
    .command('integrity')
    .description('audits, disputes, stake against exposure, residual risk and logs, in figures')
    .addHelpText('after', '\nExample:\n  koinon integrity --json')
    .action(async () => (await import('../integrity/showIntegrity.ts')).showIntegrity(surroundings));
}
