import { readFileSync } from 'node:fs';
import type { ProgramInput } from '../src/index.ts';

const CLASSES = ['a', 'b', 'c', 'd'];

/** tabular-logistic (built by `npm start` or `npm test`) on a table of random numbers and a target of four classes. */
export function logisticInput(
  rows: number,
  columns: number,
  params: object,
): Pick<ProgramInput, 'module' | 'files' | 'params'> {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const names = Array.from({ length: columns }, (_, i) => `c${i}`);
  const values = names.map(() => Float32Array.from({ length: rows }, random));
  const target = Int32Array.from({ length: rows }, (_, row) => {
    const scores = CLASSES.map((_, k) => values[k]![row]! - values[k + 4]![row]! + random() / 4);
    return scores.indexOf(Math.max(...scores));
  });
  const module = new URL('../../../programs/build/tabular-logistic.wasm', import.meta.url);
  return {
    module: new Uint8Array(readFileSync(module)),
    files: new Map([['table.safetensors', tableOf(names, values, target)]]),
    params: new TextEncoder().encode(JSON.stringify({ target: 'y', ...params })),
  };
}

/** The columns and the target `y` as a safetensors file. */
function tableOf(names: string[], values: Float32Array[], target: Int32Array): Uint8Array {
  const rows = target.length;
  const columns = [
    ...names.map(name => ({ name, type: 'number' })),
    { name: 'y', type: 'category', dictionary: CLASSES },
  ];
  const header: Record<string, object> = {
    __metadata__: { 'koinon.table': JSON.stringify({ version: 1, rows, columns }) },
  };
  [...names, 'y'].forEach((name, i) => {
    const dtype = name === 'y' ? 'I32' : 'F32';
    header[name] = { dtype, shape: [rows], data_offsets: [4 * rows * i, 4 * rows * (i + 1)] };
  });
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeUInt32LE(text.length);
  const tensors = [...values, target].map(array => Buffer.from(array.buffer));
  return new Uint8Array(Buffer.concat([length, text, ...tensors]));
}
