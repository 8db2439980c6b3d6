import {
  type Cid,
  drawOfUse,
  type Grant,
  type Hex,
  type Manifest,
  type Policy,
  policyDigest,
  sha256,
  type TableDescription,
  termsDigest,
  toHex,
  utf8,
} from '@koinon/protocol';
import { type TableColumn, tableBytes } from '@koinon/tabular';
import { boundOf } from '../src/bound/boundOf.ts';
import { applyGate, type GateInput, type GateResult } from '../src/gate/applyGate.ts';
import { type Setting, settingOf } from '../src/gate/setting.ts';

export const hex = (byte: number, length = 32): Hex =>
  `0x${byte.toString(16).padStart(2, '0').repeat(length)}`;
export const address = (byte: number): Hex => hex(byte, 20);
export const rawJson = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

const program: Cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy';
export const otherFile: Cid = 'bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e';
export const purpose = 'research into heart disease';
const purposeDigest = toHex(sha256(utf8.encode(purpose)));
export const salt = hex(0x5a);

export const policy: Policy = {
  koinon: 'policy/2',
  minGroupRows: 10,
  outputs: { model: 1, metrics: 1, evaluation: 1 },
  weightBits: 8,
  ratePermille: 5,
  groups: ['sex', 'site'],
  opaqueBits: 0,
  publicInputs: [],
  candidates: false,
  bits: { job: 1_000, requesterYear: 2_000, year: 4_000, total: 10_000 },
  maxUses: 4,
  token: address(0x70),
  amount: 1_000n,
  dryRunAmount: 100n,
  auditors: [address(0xa1), address(0xa2)],
  maxFuel: 1e12,
  maxRunMs: 60_000,
};

export const description: TableDescription = {
  version: 2,
  approximateRows: 40,
  approximateHeldBackRows: 0,
  columns: [
    { name: 'age', type: 'number', grid: { centre: 48, unit: 8 } },
    { name: 'sex', type: 'category', dictionary: ['f', 'm'] },
    { name: 'bmi', type: 'number', grid: { centre: 26.5, unit: 0.5 } },
    { name: 'site', type: 'category', dictionary: ['harbour', 'island', 'north'] },
    { name: 'ill', type: 'category', dictionary: ['no', 'yes'] },
  ],
  target: 'ill',
};

/** Columns of the table described: 40 rows, 20 of each sex, 25 not ill, 16 + 4 + 15 of three sites and 5 of none. */
export const columns: TableColumn[] = [
  { name: 'age', type: 'number', values: Float32Array.from({ length: 40 }, (_, i) => 30 + i) },
  {
    name: 'sex',
    type: 'category',
    dictionary: ['f', 'm'],
    codes: Int32Array.from({ length: 40 }, (_, i) => i % 2),
  },
  { name: 'bmi', type: 'number', values: Float32Array.from({ length: 40 }, (_, i) => 20 + i / 4) },
  {
    name: 'site',
    type: 'category',
    dictionary: ['harbour', 'island', 'north'],
    codes: Int32Array.from({ length: 40 }, (_, i) => (i < 16 ? 0 : i < 20 ? 1 : i < 35 ? 2 : -1)),
  },
  {
    name: 'ill',
    type: 'category',
    dictionary: ['no', 'yes'],
    codes: Int32Array.from({ length: 40 }, (_, i) => ((7 * i) % 40 < 25 ? 0 : 1)),
  },
];
export const table = tableBytes({ rows: 40, columns });
export const inputs = new Map([['table.safetensors', table]]);

/** A job that trains: a model and what its program says of its training. */
export const manifest: Manifest = {
  koinon: 'manifest/2',
  executor: 'wasm',
  profile: 'koinon-det-1',
  program,
  inputs: [
    {
      name: 'table.safetensors',
      source: { dataset: { id: '7', contentRoot: hex(0xc0), rows: 'training' } },
    },
  ],
  params: { target: 'ill' },
  seed: new Uint8Array(32),
  timeMs: 0,
  limits: { fuel: 1e9, stepFuel: 1e8, memoryPages: 100, callDepth: 100, outputBytes: 100_000 },
  outputs: [
    { name: 'metrics.json', class: 'metrics', maxBytes: 10_000 },
    { name: 'model.onnx', class: 'model', maxBytes: 50_000 },
  ],
  private: true,
};

/** A job that measures: an evaluation of the whole and by sex and site. */
export const measuring: Manifest = {
  ...manifest,
  params: { target: 'ill', groupBy: ['sex', 'site'] },
  outputs: [{ name: 'evaluation.json', class: 'evaluation', maxBytes: 50_000 }],
};

export function settingFor(own: Partial<GateInput> = {}): Setting {
  const setting = settingOf(own.policy ?? policy, own.manifest ?? manifest, own.description ?? description);
  if ('none' in setting) throw new Error(setting.none);
  return setting;
}

/** Lets the gate decide on what a program wrote. */
export function gate(
  outputs: ReadonlyMap<string, Uint8Array> | Record<string, Uint8Array>,
  own: Partial<GateInput> = {},
): GateResult {
  return applyGate({
    policy,
    manifest,
    description,
    record: hex(0xec),
    inputs,
    salt,
    ...own,
    outputs: outputs instanceof Map ? outputs : new Map(Object.entries(outputs)),
  });
}

/** What became of each declared output, with its reasons. */
export const fates = ({ reasons }: GateResult): string[] =>
  reasons.map(({ name, released, reasons: why }) => [name, released ? 'left' : 'stayed', ...why].join(' '));

export const NOW = 1_800_000_000n;
/** A grant for the manifest given, and that manifest as its use number `use` draws it. */
export function granted(
  draft: Manifest = manifest,
  under: { policy?: Policy; description?: TableDescription; use?: number } = {},
): { grant: Grant; manifest: Manifest } {
  const own = under.policy ?? policy;
  const grant: Grant = {
    dataset: 7n,
    epoch: 3n,
    requester: address(0xe1),
    terms: termsDigest(draft),
    purpose: purposeDigest,
    policy: policyDigest(own),
    token: own.token,
    amount: 1_000n,
    bits: BigInt(boundOf(own, draft, under.description ?? description)?.bits ?? 0),
    microRho: 0n,
    uses: 2,
    auditor: address(0xa1),
    validFrom: NOW - 100n,
    expiresAt: NOW + 100n,
    nonce: hex(0x0a),
  };
  return { grant, manifest: { ...draft, ...drawOfUse(grant, under.use ?? 1) } };
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
export const group = (column: string, value: string, measures: object = {}) => ({
  column,
  value,
  rows: 10_000,
  ...measured,
  ...measures,
});
export const evaluation = (groups: readonly object[], overall: object = measured) => ({
  version: 1,
  kind: 'evaluation',
  rows: 40,
  classes: ['no', 'yes'],
  overall: { rows: 40, ...overall },
  groups,
});
