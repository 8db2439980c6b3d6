import {
  cidOfBlob,
  drawOfUse,
  encodeNode,
  type GateReasons,
  gateReasonsSchema,
  type Policy,
  policyDigest,
  policySchema,
  sealReasons,
  toHex,
  toWire,
  ZERO_32,
} from '../../src/index.ts';
import { sampleBytes, sampleHex } from './sample.ts';

export const samplePolicy: Policy = policySchema.parse({
  koinon: 'policy/2',
  minGroupRows: 10,
  outputs: { model: 1, metrics: 1, evaluation: 1 },
  weightBits: 8,
  ratePermille: 5,
  groups: ['sex'],
  opaqueBits: 0,
  publicInputs: [cidOfBlob(sampleBytes('weights', 64))],
  candidates: true,
  bits: { job: 700, requesterYear: 7_000, year: 70_000, total: 2 ** 40 },
  maxUses: 20,
  token: sampleHex('token', 20),
  amount: (2n ** 128n - 1n).toString(),
  dryRunAmount: '0',
  auditors: [sampleHex('auditor', 20)],
  maxFuel: 1e12,
  maxRunMs: 600_000,
});

const policies: Record<string, Policy> = {
  'a hospital that lets models be made and measured': samplePolicy,
  'one that lets nothing out': {
    ...samplePolicy,
    outputs: { model: 0, metrics: 0, evaluation: 0 },
    groups: [],
    publicInputs: [],
    candidates: false,
    bits: { job: 0, requesterYear: 0, year: 0, total: 0 },
  },
};

const reasons: Record<string, GateReasons> = {
  'no outputs': [],
  'a model that left and a table that did not': gateReasonsSchema.parse([
    { name: 'model.onnx', class: 'model', released: true, reasons: [] },
    { name: 'rows.safetensors', class: 'table', released: false, reasons: ['no-known-class', 'size-cap'] },
  ]),
};

/** What a grant fixes of each use, the digest of a policy, the seal over the reasons of a verdict. */
export function gateVectors() {
  const nonces = [ZERO_32, sampleHex('nonce')];
  return {
    about:
      'seed of a use = sha256("koinon/seed", nonce, be32 use), its timeMs 1000 validFrom; digest of a policy = sha-256 of its dag-cbor, amounts as decimal text; sealed = sha256(salt, dag-cbor of the reasons).',
    draws: nonces.flatMap(nonce =>
      [0, 1, 2 ** 32 - 1].map(use => {
        const validFrom = 1_700_000_000n;
        const { seed, timeMs } = drawOfUse({ nonce, validFrom }, use);
        return { nonce, validFrom: toWire(validFrom), use, seed: toHex(seed), timeMs };
      }),
    ),
    policies: Object.entries(policies).map(([name, policy]) => ({
      name,
      policy: toWire(policy),
      cbor: toHex(encodeNode(toWire(policy))),
      digest: policyDigest(policy),
    })),
    seals: Object.entries(reasons).flatMap(([name, list]) =>
      [ZERO_32, sampleHex('salt')].map(salt => ({
        name,
        reasons: list,
        salt,
        cbor: toHex(encodeNode(list)),
        sealed: sealReasons(list, salt),
      })),
    ),
  };
}
