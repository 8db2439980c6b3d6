import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

const collect = (text: string, before: string[] = []): string[] => [...before, text];

/** `koinon start`: the main job from nothing to a prediction, then the network stays up until Ctrl-C. */
export function addStart(program: Command, surroundings: Surroundings): void {
  program
    .command('start')
    .description('show the main job: train on data nobody sees, on a local network, and let anyone check it')
    .option('--csv <file>', 'a table of your own instead of the synthetic cohort')
    .option('--target <column>', 'the column to predict (with --csv)')
    .option('--exclude <column>', 'a column to leave out; again for each', collect)
    .option('--private-test', 'make no row public: test the model on rows held back at the custodian')
    .option('--name <name>', 'name of dataset and model')
    .option('--fresh', 'forget what earlier runs left')
    .option('--cheat', 'let one provider alter a byte, and see the network take it to court')
    .option('--exit', 'leave when the job is done instead of keeping the network up')
    .addHelpText('after', '\nExample:\n  koinon start --csv cohort.csv --target diagnosis')
    .action(async options => (await import('../start/start.ts')).start(surroundings, options));
}
