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
      'a file, dataset:ID (training rows), dataset:ID/held-back, or candidate:FILE (a model to measure); a .csv given to a .safetensors is made a table; repeat',
      collect,
      [],
    )
    .option('--param <name=value>', 'a parameter, JSON or else text; repeat', collect, [])
    .option(
      '--output <name:class>',
      'a file it may write: model, metrics, evaluation or table; repeat',
      collect,
      [],
    )
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
      '\nExamples:\n  koinon run count.wasm --input table.safetensors=cohort.csv --param column=age --output counts.json:metrics\n  koinon run train.wasm --input table.safetensors=dataset:1 --param target=outcome --output model.onnx:model --purpose "Research."\n  koinon run evaluate.wasm --input model.onnx=candidate:model.onnx --input table.safetensors=dataset:1/held-back --param target=outcome --output metrics.json:evaluation --purpose "How good is it?"\n  koinon run count.wasm --input table.safetensors=cohort.csv --output counts.json:metrics --assurance redundant --replicas 2 --comparator metric:rows±1\n\nPrice, residual risk and, on a dataset, bits are told before anything is ordered (docs/assurance.md, docs/gate.md).\nOn a dataset only its rows and one candidate may be read, and what its policy refuses is refused before it is sent. Ctrl-C stops watching, not the job.',
    )
    .action(async (file, options) =>
      (await import('../studies/runProgram.ts')).runProgram(surroundings, file, options),
    );
}
