import type { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

const collect = (value: string, before: string[]): string[] => [...before, value];

/** `koinon run`: any program, on public inputs or on a dataset. */
export function addRun(program: Command, surroundings: Surroundings): void {
  program
    .command('run <program.wasm>')
    .description('run a program on files, or on a dataset at its custodian')
    .option(
      '--input <name=source>',
      'a file, or dataset:ID; a .csv given to a .safetensors is made a table; repeat',
      collect,
      [],
    )
    .option('--param <name=value>', 'a parameter, JSON or else text; repeat', collect, [])
    .option('--output <name:class>', 'a file it may write: model, metrics or table; repeat', collect, [])
    .option('--max-output <mib>', 'most that one output may have, MiB', '16')
    .option('--purpose <sentence>', 'what it is for (needed for a dataset)')
    .option('--out <folder>', 'where the outputs are written', '.')
    .option('--no-wait', 'begin the job and leave it to the node')
    .addHelpText(
      'after',
      '\nExample:\n  koinon run count.wasm --input table.safetensors=cohort.csv --param column=age --output counts.json:metrics\n\nCtrl-C stops watching, not the job.',
    )
    .action(async (file, options) =>
      (await import('../studies/runProgram.ts')).runProgram(surroundings, file, options),
    );
}
