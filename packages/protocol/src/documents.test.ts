import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import { samplePolicy } from '../scripts/vectors/gate.ts';
import { sampleDomains, sampleHex } from '../scripts/vectors/sample.ts';
import { readVector } from '../test/support.ts';
import { cidOfBlob } from './cid.ts';
import { decodeNode, encodeNode, toWire } from './codec.ts';
import { deploymentSchema } from './deployment.ts';
import { auditEvidenceSchema, jobEvidenceSchema } from './evidence.ts';
import { passportSchema } from './passport.ts';
import { policySchema } from './policy.ts';
import { gateReasonsSchema, verdictSchema } from './verdict.ts';

interface Case {
  type: string;
  kind: string;
  message: object;
  signature: string;
}
const { cases } = readVector<{ cases: Case[] }>('typedData');
const signed = (type: string) => {
  const { message, signature } = cases.find(vector => vector.type === type && vector.kind === 'largest')!;
  return { message, signature };
};
const digest = sampleHex('digest');
const address = sampleHex('address', 20);
const blob = cidOfBlob(new Uint8Array());

const deployment = {
  koinon: 'deployment/3',
  startBlock: 0,
  token: address,
  models: address,
  beacon: address,
  audits: address,
  court: address,
  names: address,
  ...sampleDomains,
};
const policy = toWire(samplePolicy) as Record<string, unknown>;
const verdict = {
  koinon: 'verdict/2',
  policy: digest,
  record: digest,
  bits: 569,
  word: 'withheld',
  artefacts: [{ name: 'model.onnx', class: 'model', size: 3, sha256: digest }],
  sealed: digest,
};
const reasons = [
  { name: 'model.onnx', class: 'model', released: true, reasons: [] },
  { name: 'x.bin', class: 'table', released: false, reasons: ['no-known-class'] },
];
const inclusion = {
  node: address,
  leafSalt: digest,
  index: 4,
  size: 9,
  root: digest,
  path: [digest],
  anchor: { transaction: digest, block: 17, blockHash: digest },
};
const audit = { report: signed('AuditReport'), inclusion, choice: { by: 'owner' } };
const lot = {
  by: 'lot',
  beaconRound: '18',
  beacon: digest,
  stakeBlock: 16,
  round: 0,
  total: '5',
  candidates: [{ operator: address, stake: '5' }],
};
const evidence = {
  koinon: 'evidence/1',
  manifest: blob,
  order: signed('Order'),
  grant: signed('Grant'),
  receipt: signed('Receipt'),
  opening: { salt: digest, exitCode: 0, fuel: '5', rawOutput: digest, trace: digest },
  outputs: [{ name: 'model.onnx', size: 3, sha256: digest, cid: blob }],
  verdict: blob,
  inclusion,
  audits: [audit, { ...audit, choice: lot }],
};
const passport = {
  koinon: 'passport/2',
  name: 'breast-cancer',
  model: blob,
  publisher: address,
  createdAt: '1700000000',
  domains: sampleDomains,
  datasets: [{ id: '1', contentRoot: digest, metadata: blob, custodian: address }],
  training: evidence,
  evaluations: [
    { data: blob, predictions: evidence, metrics: evidence },
    { heldBack: '1', metrics: evidence },
  ],
  parents: [digest],
};

const documents: Array<[string, z.ZodType, Record<string, unknown>, optional: string[]]> = [
  ['a deployment', deploymentSchema, deployment, []],
  ['a policy', policySchema, policy, []],
  ['a verdict', verdictSchema, verdict, []],
  ['an audit', auditEvidenceSchema, audit, []],
  ['the evidence of a job', jobEvidenceSchema, evidence, ['grant', 'opening', 'verdict']],
  ['a passport', passportSchema, passport, []],
];

for (const [name, schema, document, optional] of documents) {
  test(`${name} survives canonical bytes, with exactly its fields`, () => {
    const parsed = schema.parse(document);
    const wire = toWire(parsed);
    assert.deepEqual(schema.parse(decodeNode(encodeNode(wire))), parsed);
    assert.deepEqual(toWire(schema.parse(wire)), wire);
    assert.ok(!schema.safeParse({ ...document, extra: 1 }).success);
    for (const field of Object.keys(document)) {
      const { [field]: _, ...missing } = document;
      assert.equal(schema.safeParse(missing).success, optional.includes(field), field);
    }
  });
}

test('numbers and lists of documents are bounded', () => {
  const bad: Array<[z.ZodType, object]> = [
    [policySchema, { ...policy, minGroupRows: 1 }],
    [policySchema, { ...policy, auditors: [] }],
    [policySchema, { ...policy, auditors: new Array(17).fill(address) }],
    [policySchema, { ...policy, amount: (2n ** 128n).toString() }],
    [policySchema, { ...policy, maxRunMs: 86_400_001 }],
    [policySchema, { ...policy, outputs: { model: 17, metrics: 1, evaluation: 1 } }],
    [policySchema, { ...policy, outputs: { model: 1, metrics: 1, evaluation: 1, table: 1 } }],
    [policySchema, { ...policy, outputs: { model: 1, metrics: 1 } }],
    [policySchema, { ...policy, weightBits: 3 }],
    [policySchema, { ...policy, weightBits: 25 }],
    [policySchema, { ...policy, ratePermille: 0 }],
    [policySchema, { ...policy, ratePermille: 101 }],
    [policySchema, { ...policy, groups: new Array(17).fill('sex') }],
    [policySchema, { ...policy, opaqueBits: -1 }],
    [policySchema, { ...policy, opaqueBits: 0.5 }],
    [policySchema, { ...policy, publicInputs: new Array(33).fill(blob) }],
    [policySchema, { ...policy, publicInputs: ['weights.bin'] }],
    [policySchema, { ...policy, candidates: 'some' }],
    [policySchema, { ...policy, bits: { job: 1, requesterYear: 1, year: 1 } }],
    [policySchema, { ...policy, bits: { job: 1, requesterYear: 1, year: 1, total: 2 ** 40 + 1 } }],
    [policySchema, { ...policy, maxUses: 0 }],
    [policySchema, { ...policy, maxUses: 10_001 }],
    [verdictSchema, { ...verdict, artefacts: [{ ...verdict.artefacts[0], reasons: [] }] }],
    [verdictSchema, { ...verdict, word: 'failed' }],
    [verdictSchema, { ...verdict, bits: -1 }],
    [gateReasonsSchema, [{ ...reasons[0], reasons: new Array(17).fill('size-cap') }]],
    [gateReasonsSchema, [{ ...reasons[0], reasons: ['x'.repeat(65)] }]],
    [gateReasonsSchema, new Array(65).fill(reasons[0])],
    [verdictSchema, { ...verdict, artefacts: [{ ...verdict.artefacts[0], name: '../x' }] }],
    [verdictSchema, { ...verdict, artefacts: new Array(65).fill(verdict.artefacts[0]) }],
    [auditEvidenceSchema, { ...audit, choice: { by: 'friend' } }],
    [
      auditEvidenceSchema,
      { ...audit, choice: { ...lot, candidates: new Array(1025).fill(lot.candidates[0]) } },
    ],
    [auditEvidenceSchema, { ...audit, inclusion: { ...inclusion, index: -1 } }],
    [auditEvidenceSchema, { ...audit, inclusion: { ...inclusion, size: 0 } }],
    [jobEvidenceSchema, { ...evidence, audits: new Array(17).fill(audit) }],
    [jobEvidenceSchema, { ...evidence, receipt: signed('Order') }],
    [passportSchema, { ...passport, name: 'Not A Name' }],
    [passportSchema, { ...passport, name: '' }],
    [passportSchema, { ...passport, model: 'not a cid' }],
    [deploymentSchema, { ...deployment, chainId: 0 }],
    [deploymentSchema, { ...deployment, startBlock: -1 }],
  ];
  for (const [schema, document] of bad)
    assert.ok(!schema.safeParse(document).success, JSON.stringify(document));
});
