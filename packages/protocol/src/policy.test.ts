import assert from 'node:assert/strict';
import { test } from 'node:test';
import { samplePolicy } from '../scripts/vectors/gate.ts';
import { sampleHex } from '../scripts/vectors/sample.ts';
import { readVector } from '../test/support.ts';
import { fromHex, type Hex, sha256, toHex } from './bytes.ts';
import { decodeNode } from './codec.ts';
import { type Policy, policyDigest, policySchema } from './policy.ts';

interface Vectors {
  policies: Array<{ name: string; policy: unknown; cbor: Hex; digest: Hex }>;
}

for (const { name, policy, cbor, digest } of readVector<Vectors>('gate').policies) {
  test(`the policy of ${name} has the digest of the vectors`, () => {
    const parsed = policySchema.parse(policy);
    assert.equal(policyDigest(parsed), digest);
    assert.equal(toHex(sha256(fromHex(cbor))), digest);
    assert.deepEqual(policySchema.parse(decodeNode(fromHex(cbor))), parsed);
  });
}

test('a policy that differs in one field has another digest, so grants under the old one end', () => {
  const changes: { [Field in Exclude<keyof Policy, 'koinon'>]: Policy[Field] } = {
    minGroupRows: 11,
    outputs: { ...samplePolicy.outputs, evaluation: 2 },
    weightBits: 9,
    ratePermille: 6,
    groups: ['sex', 'stage'],
    opaqueBits: 1,
    publicInputs: [],
    candidates: false,
    bits: { ...samplePolicy.bits, year: 1 },
    maxUses: 21,
    token: sampleHex('other token', 20),
    amount: 1n,
    dryRunAmount: 1n,
    auditors: [sampleHex('other auditor', 20)],
    maxFuel: 1e11,
    maxRunMs: 1,
  };
  const digests = [{}, ...Object.entries(changes).map(([field, value]) => ({ [field]: value }))].map(change =>
    policyDigest({ ...samplePolicy, ...change }),
  );
  assert.equal(new Set(digests).size, digests.length);
});
