import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeNode, KoinonError, utf8, ZERO_32 } from '@koinon/protocol';
import { encodeSafetensors } from '@koinon/tabular';
import fc from 'fast-check';
import { type Comparator, comparatorDigest, decodeComparator, encodeComparator } from './comparator.ts';
import { compareOutputs, type Outputs } from './compareOutputs.ts';
import { majorityOf } from './majority.ts';
import { formatComparator, parseComparator } from './parseComparator.ts';

const amount = fc.double({ min: 0, max: 1e6, noNaN: true });
const comparator: fc.Arbitrary<Comparator> = fc.oneof(
  fc.constant({ kind: 'bytes' as const }),
  fc.record({ kind: fc.constant('allclose' as const), rtol: amount, atol: amount }),
  fc.record({
    kind: fc.constant('metric' as const),
    path: fc.constantFrom('overall.accuracy', 'logLoss'),
    delta: amount,
  }),
  fc.constant({ kind: 'program' as const, program: `0x${'ab'.repeat(32)}` as const }),
);
const isBad = (error: unknown) => error instanceof KoinonError && error.code === 'K_BAD_COMPARATOR';
const files = (entries: Record<string, string | Uint8Array>): Outputs =>
  new Map(
    Object.entries(entries).map(([name, value]) => [
      name,
      typeof value === 'string' ? utf8.encode(value) : value,
    ]),
  );
const tensors = (values: number[], codes: number[] = []): Uint8Array =>
  encodeSafetensors({
    tensors: new Map([
      ['x', { dtype: 'F32', shape: [values.length], values: Float32Array.from(values) }],
      ['c', { dtype: 'I32', shape: [codes.length], values: Int32Array.from(codes) }],
    ]),
    metadata: new Map(),
  });

test('a comparator has one encoding, one digest and one text', () => {
  fc.assert(
    fc.property(comparator, given => {
      assert.deepEqual(decodeComparator(encodeComparator(given)), { ...given });
      assert.deepEqual(parseComparator(formatComparator(given)), { ...given });
    }),
  );
  assert.equal(comparatorDigest({ kind: 'bytes' }), ZERO_32);
  assert.notEqual(
    comparatorDigest({ kind: 'metric', path: 'a', delta: 1 }),
    comparatorDigest({ kind: 'metric', path: 'a', delta: 2 }),
  );
  const zero = { kind: 'metric', path: 'a', delta: -0 } as const;
  assert.equal(comparatorDigest(zero), comparatorDigest({ ...zero, delta: 0 }));
});

test('bytes that are no comparator are refused', () => {
  const bad = [
    new Uint8Array(2000),
    Uint8Array.of(255),
    encodeNode(null),
    encodeNode({ koinon: 'comparator/1', kind: 'bytes', more: 1 }),
    encodeNode({ koinon: 'comparator/2', kind: 'bytes' }),
    encodeNode({ koinon: 'comparator/1', kind: 'allclose', rtol: -1.5, atol: 0 }),
  ];
  for (const bytes of bad) assert.throws(() => decodeComparator(bytes), isBad);
  for (const text of [
    '',
    'allclose',
    'allclose:1',
    'allclose:,',
    'metric:a',
    'program:0x12',
    'same',
    'bytes:1',
  ]) {
    assert.throws(() => parseComparator(text), isBad, text);
  }
});

test('bytes compares every file to the byte', () => {
  const same = (a: Outputs, b: Outputs) => compareOutputs({ kind: 'bytes' }, a, b).same;
  assert.ok(same(files({ a: 'x' }), files({ a: 'x' })));
  assert.ok(!same(files({ a: 'x' }), files({ a: 'y' })));
  assert.ok(!same(files({ a: 'x' }), files({ a: 'x', b: '' })));
});

test('allclose forgives numbers their last digits, in tensors and in JSON, and nothing else', () => {
  const close = (a: Outputs, b: Outputs) =>
    compareOutputs({ kind: 'allclose', rtol: 1e-3, atol: 1e-6 }, a, b);
  assert.ok(close(files({ 'm.json': '{"a":[1,2]}' }), files({ 'm.json': '{"a": [1.0005, 2]}' })).same);
  assert.equal(
    close(files({ 'm.json': '{"a":[1,2]}' }), files({ 'm.json': '{"a":[1,3]}' })).difference,
    'm.json: a[1] is 2 and 3',
  );
  assert.ok(!close(files({ 'm.json': '{"a":1}' }), files({ 'm.json': '{"b":1}' })).same);
  assert.ok(!close(files({ 'm.json': '{"a":"x"}' }), files({ 'm.json': '{"a":"y"}' })).same);
  const at = (values: number[], codes: number[] = []) => files({ 't.safetensors': tensors(values, codes) });
  assert.ok(close(at([1, Number.NaN]), at([1.0005, Number.NaN])).same);
  assert.ok(!close(at([1]), at([1.01])).same);
  assert.ok(!close(at([1]), at([1, 1])).same);
  assert.ok(!close(at([1], [1_000_000]), at([1], [1_000_001])).same);
  assert.ok(!close(files({ 'a.onnx': 'x' }), files({ 'a.onnx': 'y' })).same);
});

test('files a stranger broke are different, never an error', () => {
  const one = files({ 'm.json': '{', 't.safetensors': 'xxxxxxxxxxxx' });
  const other = files({ 'm.json': '[', 't.safetensors': 'yyyyyyyyyyyy' });
  for (const kind of [
    { kind: 'allclose', rtol: 1, atol: 1 },
    { kind: 'metric', path: 'a', delta: 1 },
  ] as const) {
    assert.ok(!compareOutputs(kind, one, other).same);
  }
});

test('metric looks at one number only', () => {
  const at = (accuracy: unknown) =>
    files({ 'metrics.json': JSON.stringify({ overall: { accuracy } }), model: String(accuracy) });
  const same = (a: unknown, b: unknown) =>
    compareOutputs({ kind: 'metric', path: 'overall.accuracy', delta: 0.01 }, at(a), at(b)).same;
  assert.ok(same(0.8, 0.805));
  assert.ok(!same(0.8, 0.82));
  assert.ok(!same(0.8, null));
  assert.ok(!same(null, null));
});

test('a program is a job for the caller', () => {
  assert.throws(
    () => compareOutputs({ kind: 'program', program: ZERO_32 }, new Map(), new Map()),
    (error: unknown) => error instanceof KoinonError && error.code === 'K_COMPARATOR_PROGRAM',
  );
});

test('more than half of the replicas decide, and a tie decides nothing', () => {
  const of = (...values: number[]) =>
    majorityOf(values.length, (a, b) => Math.abs(values[a]! - values[b]!) <= 1);
  assert.deepEqual(of(5, 5, 9), { decided: true, majority: [0, 1], minority: [2] });
  assert.deepEqual(of(5, 9), { decided: false, clusters: [[0], [1]] });
  // 2 is near both of its neighbours, which are not near each other.
  assert.deepEqual(of(1, 2, 3, 9), { decided: true, majority: [0, 1, 2], minority: [3] });
  assert.deepEqual(
    majorityOf(0, () => true),
    { decided: false, clusters: [] },
  );
});
