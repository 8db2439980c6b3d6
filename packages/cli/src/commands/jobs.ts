import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon jobs …`: what was asked of a node, and how far it is. */
export function addJobs(program: Command, surroundings: Surroundings): void {
  const jobs = program
    .command('jobs')
    .description('studies and jobs: list, look at, take up again')
    .addHelpText('after', '\nExample:\n  koinon jobs ls');

  jobs
    .command('ls')
    .description('list the studies of the node')
    .option('--work', 'the jobs it did for others instead')
    .addHelpText('after', '\nExample:\n  koinon jobs ls --work --as alder')
    .action(async options => (await import('../studies/list.ts')).listJobs(surroundings, options));

  jobs
    .command('show <study>')
    .description('the steps of a study with their evidence (the beginning of its id is enough)')
    .option('-f, --follow', 'stay and tell each step as it happens')
    .addHelpText('after', '\nExample:\n  koinon jobs show 4f1c --follow')
    .action(async (study, options) =>
      (await import('../studies/show.ts')).showJob(surroundings, study, options),
    );

  jobs
    .command('resume <study>')
    .description('take up a study that failed; what was done stays done')
    .option('--no-wait', 'leave it to the node')
    .addHelpText('after', '\nExample:\n  koinon jobs resume 4f1c')
    .action(async (study, options) =>
      (await import('../studies/resume.ts')).resumeJob(surroundings, study, options),
    );
}
