import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon train`: a model of data one may not see. */
export function addTrain(program: Command, surroundings: Surroundings): void {
  program
    .command('train <dataset>')
    .description('train a model on a dataset, evaluate, register and serve it (dataset by id or name)')
    .option('--purpose <sentence>', 'what the model is for; the data owner reads it and decides')
    .option('--target <column>', 'the column to predict (default: the one the owner named)')
    .option('--name <name>', 'name of the model (default: the name of the dataset)')
    .option('--test <file.csv>', 'rows of your own to evaluate on; they become public')
    .option('--group-by <columns>', 'columns to report metrics by, separated by commas')
    .option('--exclude <columns>', 'columns not to train on, separated by commas')
    .option('--l2 <strength>', 'strength of the L2 penalty (default: 1)')
    .option('--audit-rate <share>', 'least share of the public jobs that is replayed by lot, 0.2 or 20%')
    .option('--private-test', 'test the model at the custodian, on rows held back from training')
    .option('--quote', 'say what it would cost and how much it could tell, and begin nothing')
    .option('--no-wait', 'begin the study and leave it to the node')
    .addHelpText(
      'after',
      '\nExamples:\n  koinon train heart-risk --purpose "Estimate the risk of single patients, for doctors."\n  koinon train heart-risk --purpose "Research." --private-test --quote\n\nWithout public rows, or with --private-test, the owner is asked twice at once: to train, and to test on rows held back.\nCtrl-C stops watching, not the study.',
    )
    .action(async (dataset, options) =>
      (await import('../studies/train.ts')).train(surroundings, dataset, options),
    );
}
