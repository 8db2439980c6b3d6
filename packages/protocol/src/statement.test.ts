import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sampleDomains, wellKnownKeys } from '../scripts/vectors/sample.ts';
import { isCode, readVector } from '../test/support.ts';
import type { Hex } from './bytes.ts';
import { toWire } from './codec.ts';
import { keySigner } from './signer.ts';
import {
  type Domains,
  type Message,
  messageSchema,
  recoverDigestSigner,
  signedSchema,
  signStatement,
  statementDigest,
  verifyStatement,
} from './statement.ts';
import { type StatementType, typedData, verifyingContractOf } from './typedData.ts';

interface Case {
  type: StatementType;
  kind: string;
  message: Record<string, string | number>;
  digest: Hex;
  privateKey: Hex;
  signer: Hex;
  signature: Hex;
}
const vectors = readVector<Domains & { cases: Case[] }>('typedData');
const domains: Domains = sampleDomains;
const types = Object.keys(typedData) as StatementType[];
const parse = (type: StatementType, message: unknown) =>
  messageSchema(type).parse(message) as Message<StatementType>;
const typical = (type: StatementType): Case =>
  vectors.cases.find(vector => vector.type === type && vector.kind === 'typical')!;

test('every type has vectors, and digests and signatures are theirs', async () => {
  assert.deepEqual(new Set(vectors.cases.map(({ type }) => type)), new Set(types));
  for (const { type, message, digest, privateKey, signer, signature } of vectors.cases) {
    const parsed = parse(type, message);
    assert.equal(statementDigest(type, parsed, domains), digest);
    assert.deepEqual(toWire(parsed), message);
    const signed = await signStatement(type, parsed, domains, keySigner(privateKey));
    assert.equal(signed.signature, signature);
    assert.equal(keySigner(privateKey).address, signer);
    assert.equal(await verifyStatement(type, signed, domains, signer), digest);
    assert.equal(
      await verifyStatement(type, signed, domains, signer.toUpperCase().replace('0X', '0x') as Hex),
      digest,
    );
  }
});

/** Another value of the same type. */
function altered(value: string | number): string | number {
  if (typeof value === 'number') return (value ^ 1) >>> 0;
  if (value.startsWith('0x')) return value.slice(0, -1) + (value.endsWith('0') ? '1' : '0');
  return /^[0-9]+$/.test(value) ? (BigInt(value) ^ 1n).toString() : `${value}.`;
}

for (const type of types) {
  test(`altering any field of ${type} alters its digest and voids its signature`, async () => {
    const { message, digest, signer, signature } = typical(type);
    for (const { name } of typedData[type]) {
      const other = parse(type, { ...message, [name]: altered(message[name]!) });
      assert.notEqual(statementDigest(type, other, domains), digest, name);
      await assert.rejects(
        verifyStatement(type, { message: other, signature }, domains, signer),
        isCode('K_BAD_SIGNATURE'),
        name,
      );
    }
  });

  test(`a ${type} of another chain or another contract is another statement`, () => {
    const { message, digest } = typical(type);
    const parsed = parse(type, message);
    assert.notEqual(statementDigest(type, parsed, { ...domains, chainId: 1 }), digest);
    const contract = verifyingContractOf[type];
    for (const name of ['nodes', 'escrow', 'datasets'] as const) {
      const moved = statementDigest(type, parsed, { ...domains, [name]: `0x${'77'.repeat(20)}` });
      assert.equal(moved !== digest, name === contract, name);
    }
  });

  test(`a ${type} off the wire has exactly its fields, each within its range`, () => {
    const { message } = typical(type);
    const schema = messageSchema(type);
    assert.ok(schema.safeParse(message).success);
    assert.ok(!schema.safeParse({ ...message, extra: 1 }).success);
    for (const { name, type: solidity } of typedData[type]) {
      const { [name]: _, ...missing } = message;
      assert.ok(!schema.safeParse(missing).success, name);
      for (const bad of badValues(solidity)) {
        assert.ok(!schema.safeParse({ ...message, [name]: bad }).success, `${name}: ${String(bad)}`);
      }
    }
  });
}

/** Values outside a Solidity type. */
function badValues(type: string): unknown[] {
  const bits = Number(/^uint(\d+)$/.exec(type)?.[1] ?? 0);
  const never = [null, undefined, {}, [], true, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY];
  if (bits > 32)
    return [
      ...never,
      -1n,
      1n << BigInt(bits),
      `${1n << BigInt(bits)}`,
      '-1',
      '01',
      '0x1',
      '',
      '1e3',
      2 ** 53,
    ];
  if (bits > 0) return [...never, 2 ** bits, '1', 1n];
  if (type === 'string') return [...never, 'x'.repeat(1025)];
  const digits = type === 'address' ? 40 : 64;
  const odd = `0x${'0'.repeat(digits - 1)}`;
  return [
    ...never,
    '',
    '0x',
    odd,
    `${odd}00`,
    `${odd}g`,
    `  ${odd.slice(2)}0`,
    '0'.repeat(digits + 2),
    `${odd}0\n`,
  ];
}

test('hexadecimal in capital letters is the same message', () => {
  const { message, digest } = typical('Voucher');
  const loud = Object.fromEntries(
    Object.entries(message).map(([name, value]) => [
      name,
      typeof value === 'string' && value.startsWith('0x') ? `0x${value.slice(2).toUpperCase()}` : value,
    ]),
  );
  assert.equal(statementDigest('Voucher', messageSchema('Voucher').parse(loud), domains), digest);
});

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const word = (value: bigint): string => value.toString(16).padStart(64, '0');

test('the altered twin of a signature, with the high s, is refused', async () => {
  for (const { digest, signer, signature } of vectors.cases) {
    assert.equal(await recoverDigestSigner(digest, signature), signer);
    const s = BigInt(`0x${signature.slice(66, 130)}`);
    const v = signature.endsWith('1b') ? '1c' : '1b';
    const twin = `${signature.slice(0, 66)}${word(ORDER - s)}${v}` as Hex;
    await assert.rejects(recoverDigestSigner(digest, twin), isCode('K_BAD_SIGNATURE'));
  }
});

test('signatures of any other form are refused', async () => {
  const { digest, signature } = typical('Receipt');
  const body = signature.slice(0, 130);
  for (const bad of [
    '0x',
    '',
    body,
    `${signature}00`,
    `${body}00`,
    `${body}01`,
    `${body}1d`,
    `${body}zz`,
    ` ${signature.slice(1)}`,
    `0x${'00'.repeat(64)}1b`,
    `0x${'ff'.repeat(32)}${word(1n)}1b`,
    `0x${word(1n)}${word(0n)}1b`,
    `0x${word(0n)}${word(1n)}1b`,
    `0x${word(5n)}${word(1n)}1b`,
  ]) {
    await assert.rejects(recoverDigestSigner(digest, bad as Hex), isCode('K_BAD_SIGNATURE'), bad);
  }
});

test('a signature belongs to one digest and one key', async () => {
  const signers = wellKnownKeys.map(keySigner);
  const digest = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map(bytes => `0x${Buffer.from(bytes).toString('hex')}` as Hex);
  await fc.assert(
    fc.asyncProperty(digest, fc.nat(2), fc.nat(255), async (given, which, bit) => {
      const signature = await signers[which]!.signDigest(given);
      assert.equal(await recoverDigestSigner(given, signature), signers[which]!.address);
      const other = `0x${word(BigInt(given) ^ (1n << BigInt(bit)))}` as Hex;
      const recovered = await recoverDigestSigner(other, signature).catch(() => undefined);
      assert.notEqual(recovered, signers[which]!.address);
    }),
    { numRuns: 20 },
  );
});

test('a signed message off the wire has a message and a signature, nothing else', () => {
  const { message, signature } = typical('Order');
  const schema = signedSchema('Order');
  assert.ok(schema.safeParse({ message, signature }).success);
  assert.ok(!schema.safeParse({ message, signature, extra: 1 }).success);
  assert.ok(!schema.safeParse({ message }).success);
  assert.ok(!schema.safeParse({ message, signature: signature.slice(0, -2) }).success);
});
