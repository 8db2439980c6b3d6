import { canonicalJson, type Hex, type Manifest, type Policy, sha256, toHex, utf8 } from '@koinon/protocol';

export const hex = (byte: number, length = 32): Hex =>
  `0x${byte.toString(16).padStart(2, '0').repeat(length)}`;
export const address = (byte: number): Hex => hex(byte, 20);

export const policy: Policy = {
  koinon: 'policy/1',
  minGroupRows: 10,
  artefactClasses: ['model', 'metrics'],
  maxArtefactBytes: 100_000,
  maxTotalBytes: 150_000,
  token: address(0x70),
  amount: 1_000n,
  auditors: [address(0xa1), address(0xa2)],
  maxFuel: 1e12,
  maxRunMs: 60_000,
};

export const manifest: Manifest = {
  koinon: 'manifest/1',
  executor: 'wasm',
  profile: 'koinon-det-1',
  program: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
  inputs: [{ name: 'table.safetensors', source: { dataset: { id: '7', contentRoot: hex(0xc0) } } }],
  params: { target: 'ill' },
  seed: new Uint8Array(32),
  timeMs: 1_000,
  limits: { fuel: 1e9, stepFuel: 1e8, memoryPages: 100, callDepth: 100, outputBytes: 100_000 },
  outputs: [
    { name: 'metrics.json', class: 'metrics', maxBytes: 10_000 },
    { name: 'model.onnx', class: 'model', maxBytes: 50_000 },
  ],
  private: true,
};

/** 40 rows: `age` a number, `sex` f and m, `ill` no (25) and yes (15). */
export const table = tableFile(40, [
  ['age', Float32Array.from({ length: 40 }, (_, i) => 30 + i)],
  ['sex', Int32Array.from({ length: 40 }, (_, i) => i % 2), ['f', 'm']],
  ['ill', Int32Array.from({ length: 40 }, (_, i) => (i < 25 ? 0 : 1)), ['no', 'yes']],
]);
export const inputs = new Map([['table.safetensors', table]]);

type TestColumn = [name: string, values: Float32Array | Int32Array, dictionary?: string[]];

/** A table as tabular writes it. */
export function tableFile(rows: number, columns: readonly TestColumn[]): Uint8Array {
  const description = columns.map(([name, , dictionary]) =>
    dictionary === undefined ? { name, type: 'number' } : { name, type: 'category', dictionary },
  );
  const header: Record<string, unknown> = {
    __metadata__: { 'koinon.table': JSON.stringify({ version: 1, rows, columns: description }) },
  };
  let offset = 0;
  for (const [name, values, dictionary] of columns) {
    const data_offsets = [offset, offset + values.byteLength];
    header[name] = { dtype: dictionary === undefined ? 'F32' : 'I32', shape: [rows], data_offsets };
    offset += values.byteLength;
  }
  const json = utf8.encode(JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  let at = 8 + json.length;
  for (const [, values] of columns) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

export const training = {
  version: 1,
  kind: 'training',
  rows: 40,
  iterations: 17,
  converged: true,
  logLoss: 0.312_345_6,
  accuracy: 0.877_777,
  classes: [
    { label: 'no', rows: 25 },
    { label: 'yes', rows: 15 },
  ],
};

const measured = { accuracy: 0.9, logLoss: 0.25, rocAuc: 0.95, expectedCalibrationError: 0.05 };
export const group = (column: string, value: string, rows: number | null, measures: object = measured) => ({
  column,
  value,
  rows,
  ...measured,
  ...measures,
});
export const evaluation = (rows: number, groups: readonly object[]) => ({
  version: 1,
  kind: 'evaluation',
  rows,
  classes: ['no', 'yes'],
  overall: { rows, ...measured },
  groups,
});

export const json = (value: unknown): Uint8Array => utf8.encode(canonicalJson(value));
export const purpose = 'research into heart disease';
export const purposeDigest = toHex(sha256(utf8.encode(purpose)));
