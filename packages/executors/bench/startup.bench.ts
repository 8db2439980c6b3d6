import { performance } from 'node:perf_hooks';
import { createExecutor } from '../src/index.ts';
import { TABLE_INPUT } from '../src/onnx/index.ts';
import { jobOf, options, sandboxKinds, skipSandbox, smallTable } from '../src/testing/jobs.ts';
import { smallModel } from '../src/testing/onnxModel.ts';
import { wasmProgram } from '../src/testing/wasmProgram.ts';

const ROUNDS = 5;

/** What a job costs before it does anything: median milliseconds of a program that ends at once, by layer. */
export default async function bench() {
  const nothing = jobOf(wasmProgram({ body: [] }));
  const predictions = jobOf(smallModel(), { executor: 'onnx', inputs: { [TABLE_INPUT]: smallTable() } });
  const rows: Array<Record<string, string | number>> = [];
  for (const sandbox of sandboxKinds) {
    if (skipSandbox[sandbox]) continue;
    const executor = createExecutor({ sandbox });
    const median = async (job: typeof nothing) => {
      const times: number[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const from = performance.now();
        await executor.run(job, options);
        times.push(performance.now() - from);
      }
      return Math.round(times.sort((a, b) => a - b)[ROUNDS >> 1]!);
    };
    rows.push({
      sandbox,
      'empty wasm job, ms': await median(nothing),
      'onnx job of 5 rows, ms': await median(predictions),
    });
  }
  return { title: 'Start of a job in a child process', rows, note: `median of ${ROUNDS}` };
}
