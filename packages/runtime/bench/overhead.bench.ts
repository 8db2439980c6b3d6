import { setFlagsFromString } from 'node:v8';
import { prepare } from '../src/prepare.ts';
import { compileKernel } from './compileKernel.ts';
import { KERNELS } from './kernels.ts';
import { nativeTimes } from './nativeTimes.ts';

const LIMITS = {
  fuel: 1n << 60n,
  stepFuel: 1n << 60n,
  memoryPages: 1024,
  callDepth: 1000,
  outputBytes: 1024,
};
const ROUNDS = 25;

/** Milliseconds of one run of `_start` in a fresh instance. */
function time(module: WebAssembly.Module): number {
  const { exports } = new WebAssembly.Instance(module);
  const fuel = exports['koinon:fuel'] as WebAssembly.Global | undefined;
  const depth = exports['koinon:depth'] as WebAssembly.Global | undefined;
  if (fuel !== undefined) fuel.value = LIMITS.fuel;
  if (depth !== undefined) depth.value = LIMITS.callDepth;
  const start = exports['koinon:start'];
  if (typeof start === 'function') start();
  const begin = performance.now();
  (exports['_start'] as () => void)();
  return performance.now() - begin;
}

/** Cost of fuel, call depth and canonical NaNs: the rewritten module against the same one as it was. */
export default async function bench(): Promise<{
  title: string;
  rows: Record<string, string | number>[];
  note: string;
}> {
  // The optimising compiler alone: neither tier-up nor code of the baseline compiler is what is compared.
  setFlagsFromString('--no-liftoff');
  const rows: Record<string, string | number>[] = [];
  const native = nativeTimes();
  for (const [kernel, source] of Object.entries(KERNELS)) {
    const wasm = await compileKernel(source);
    const plain = new WebAssembly.Module(wasm);
    const prepared = prepare(wasm, LIMITS);
    const metered = new WebAssembly.Module(prepared.module);
    const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    // In turns, the least of each: other work on the machine only ever adds.
    for (let round = 0; round < ROUNDS; round++) {
      best[0] = Math.min(best[0]!, time(plain));
      best[1] = Math.min(best[1]!, time(metered));
    }
    rows.push({
      kernel,
      'plain ms': best[0]!.toFixed(1),
      'koinon-det-1 ms': best[1]!.toFixed(1),
      ratio: (best[1]! / best[0]!).toFixed(2),
      'native C ms': native.get(kernel)?.toFixed(1) ?? '-',
      'of native': native.has(kernel) ? (native.get(kernel)! / best[1]!).toFixed(2) : '-',
      'bytes ratio': (prepared.module.length / wasm.length).toFixed(2),
    });
  }
  return {
    title: 'Deterministic profile against the same module unmodified',
    rows,
    note: 'Aim: 1.10 on the first two. Least of 25 alternating runs, V8 with its optimising compiler.',
  };
}
