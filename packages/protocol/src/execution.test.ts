import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode, readVector } from '../test/support.ts';
import { fromHex, type Hex, sha256, toHex } from './bytes.ts';
import {
  type ExecutionOpening,
  executionCommitment,
  executionOpeningSchema,
  fileList,
  fileListDigest,
} from './execution.ts';
import { rootOf } from './merkle/tree.ts';

interface ExecutionVectors {
  openings: Array<{
    opening: Omit<ExecutionOpening, 'fuel'> & { fuel: string };
    preimage: Hex;
    execution: Hex;
  }>;
  fileLists: Array<{ files: Array<{ name: string; bytes: Hex }>; cbor: Hex; rawOutput: Hex }>;
  traces: Array<{ stateRoots: Hex[]; trace: Hex }>;
}
const vectors = readVector<ExecutionVectors>('execution');

test('commitments, output digests and traces are those of the vectors', () => {
  for (const { opening, preimage, execution } of vectors.openings) {
    assert.equal(executionCommitment(executionOpeningSchema.parse(opening)), execution);
    assert.equal(fromHex(preimage).length, 32 + 4 + 8 + 32 + 32);
    assert.equal(toHex(sha256(fromHex(preimage))), execution);
  }
  for (const { files, cbor, rawOutput } of vectors.fileLists) {
    const entries = fileList(new Map(files.map(({ name, bytes }) => [name, fromHex(bytes)])));
    assert.equal(fileListDigest(entries), rawOutput);
    assert.equal(toHex(sha256(fromHex(cbor))), rawOutput);
  }
  for (const { stateRoots, trace } of vectors.traces)
    assert.equal(toHex(rootOf(stateRoots.map(fromHex))), trace);
});

test('altering any part of an opening alters the commitment', () => {
  const opening = executionOpeningSchema.parse(vectors.openings[1]!.opening);
  const execution = executionCommitment(opening);
  const other = `0x${'5a'.repeat(32)}` as const;
  for (const change of [
    { salt: other },
    { exitCode: 1 },
    { fuel: opening.fuel + 1n },
    { rawOutput: other },
    { trace: other },
  ]) {
    assert.notEqual(executionCommitment({ ...opening, ...change }), execution, Object.keys(change)[0]);
  }
});

test('an opening beyond its ranges is refused', () => {
  const { opening } = vectors.openings[1]!;
  for (const change of [
    { exitCode: 2 ** 32 },
    { exitCode: -1 },
    { fuel: (2n ** 64n).toString() },
    { salt: '0x00' },
    { extra: 1 },
  ]) {
    assert.ok(!executionOpeningSchema.safeParse({ ...opening, ...change }).success, JSON.stringify(change));
  }
});

test('the digest of the outputs follows their names, sizes and bytes, not their order', () => {
  const files = fc.uniqueArray(
    fc.tuple(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,9}$/), fc.uint8Array()),
    {
      selector: ([name]) => name,
      minLength: 1,
    },
  );
  fc.assert(
    fc.property(files, given => {
      const entries = fileList(new Map(given));
      const digest = fileListDigest(entries);
      assert.equal(fileListDigest(fileList(new Map(given.toReversed()))), digest);
      assert.equal(fileListDigest(entries.toReversed()), digest);
      const names = entries.map(({ name }) => name);
      assert.deepEqual(names, names.toSorted());
      const [name, bytes] = given[0]!;
      assert.notEqual(fileListDigest(fileList(new Map(given.with(0, [`${name}x`, bytes])))), digest);
      assert.notEqual(
        fileListDigest(fileList(new Map(given.with(0, [name, Uint8Array.of(...bytes, 0)])))),
        digest,
      );
      assert.notEqual(fileListDigest(entries.slice(1)), digest);
    }),
  );
});

test('a commitment of malformed parts can not be made', () => {
  const opening = executionOpeningSchema.parse(vectors.openings[0]!.opening);
  assert.throws(() => executionCommitment({ ...opening, salt: '0xzz' }), isCode('K_BAD_HEX'));
});
