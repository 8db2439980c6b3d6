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
    .option('--assurance <kind>', 'how a public run is checked: none, redundant, replay (default), outcome')
    .option('--replicas <n>', 'providers that do the same work, to be compared (redundant)')
    .option(
      '--comparator <rule>',
      'bytes (default), allclose:RTOL,ATOL, metric:PATH±DELTA or program:DIGEST (redundant)',
    )
    .option('--audit-rate <share>', 'least share of such results that is replayed by lot, 0.2 or 20%')
    .option('--no-wait', 'begin the job and leave it to the node')
    .addHelpText(
      'after',
      '\nExamples:\n  koinon run count.wasm --input table.safetensors=cohort.csv --param column=age --output counts.json:metrics\n  koinon run count.wasm --input table.safetensors=cohort.csv --output counts.json:metrics --assurance redundant --replicas 2 --comparator metric:rows±1\n\nPrice and residual risk are told before anything is ordered (docs/assurance.md). Ctrl-C stops watching, not the job.',
    )
    .action(async (file, options) =>
      (await import('../studies/runProgram.ts')).runProgram(surroundings, file, options),
    );
}
