import assert from 'node:assert/strict';
import { prepare } from '../prepare.ts';
import { EXPORTS } from '../rewrite/layout.ts';
import { LIMITS } from './execute.ts';
import { naiveTwin } from './naiveTwin.ts';

const BUDGET = 1_000_000_000n;

/** What a program without imports leaves behind. */
export interface Remains {
  readonly memory: Uint8Array;
  readonly fuel: bigint;
}

/** Memory and fuel after `_start` of the rewritten module. */
function runRewritten(wasm: Uint8Array): Remains {
  const prepared = prepare(wasm, LIMITS);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(prepared.module));
  const fuel = exports[EXPORTS.fuel] as WebAssembly.Global;
  const depth = exports[EXPORTS.depth] as WebAssembly.Global;
  fuel.value = BUDGET;
  depth.value = 100;
  (exports['_start'] as () => void)();
  assert.equal(depth.value, 100);
  return { memory: memoryOf(exports), fuel: BUDGET - (fuel.value as bigint) };
}

/** The same of the slow twin. */
function runNaive(wasm: Uint8Array): Remains {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(naiveTwin(wasm)));
  (exports['_start'] as () => void)();
  return { memory: memoryOf(exports), fuel: (exports['count'] as WebAssembly.Global).value as bigint };
}

function memoryOf(exports: WebAssembly.Exports): Uint8Array {
  return new Uint8Array((exports['memory'] as WebAssembly.Memory).buffer);
}

/** Fails unless the rewritten module leaves the bytes and the fuel its slow twin does. */
export function assertLikeTwin(wasm: Uint8Array, what = ''): Remains {
  const [fast, slow] = [runRewritten(wasm), runNaive(wasm)];
  const at = fast.memory.findIndex((byte, i) => byte !== slow.memory[i]);
  assert.equal(at, -1, `${what}: memory differs at ${at}`);
  assert.equal(fast.fuel, slow.fuel, `${what}: fuel differs`);
  return fast;
}
