import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon predict`: ask a model. */
export function addPredict(program: Command, surroundings: Surroundings): void {
  program
    .command('predict <model>')
    .description('ask a model (NAME or NAME@VERSION) about one row, or about every row of a file')
    .option('--row <column=value...>', 'the cells of one row; what is left out is missing')
    .option('--csv <file>', 'ask about every row of a table')
    .addHelpText('after', '\nExample:\n  koinon predict heart-risk --row age=61 sex=female')
    .action(async (model, options) =>
      (await import('../models/predict.ts')).predict(surroundings, model, options),
    );
}
