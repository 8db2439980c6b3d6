import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `koinon models …`: what a node serves, where it came from, and its files. */
export function addModels(program: Command, surroundings: Surroundings): void {
  const models = program
    .command('models')
    .description('models: list, look at with their provenance, fetch')
    .addHelpText('after', '\nExample:\n  koinon models ls');

  models
    .command('ls')
    .description('list the models the node serves')
    .addHelpText('after', '\nExample:\n  koinon models ls')
    .action(async () => (await import('../models/list.ts')).listModels(surroundings));

  models
    .command('show <model>')
    .description('where a model came from, how good it is, and what it asks for (NAME or NAME@VERSION)')
    .addHelpText('after', '\nExample:\n  koinon models show heart-risk')
    .action(async model => (await import('../models/show.ts')).showModel(surroundings, model));

  models
    .command('pull <model>')
    .description('fetch the ONNX file and the passport, checked against their digests')
    .option('-o, --output <folder>', 'where to write them', '.')
    .addHelpText('after', '\nExample:\n  koinon models pull heart-risk -o models')
    .action(async (model, options) =>
      (await import('../models/pull.ts')).pullModel(surroundings, model, options),
    );
}
