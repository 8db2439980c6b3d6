import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bigEndian32, concatBytes, encodeNode, MESSAGE_MAX_BYTES } from '@koinon/protocol';
import fc from 'fast-check';
import { hasCode } from '../../test/compliance.ts';
import { pipePair } from '../../test/pipePair.ts';
import { BadFrame, decodeRequest, decodeResponse, encodeFrame, readFrame } from './frame.ts';

async function readOne(bytes: Uint8Array) {
  const [sender, receiver] = pipePair();
  await sender.write(bytes);
  return readFrame(receiver);
}

const plain = fc.letrec(tie => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter(key => key !== '__proto__'),
      tie('value'),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
})).value;

describe('frames', () => {
  test('come back as they were sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(0xffffffff), plain, async (id, body) => {
        const frame = await readOne(encodeFrame(id, { method: 'a/b', body }));
        assert.equal(frame?.id, id);
        assert.deepEqual(decodeRequest(frame.body), { method: 'a/b', body });
      }),
    );
  });

  test('of more than the limit, or of nothing, are refused by their first four bytes', async () => {
    for (const length of [0, MESSAGE_MAX_BYTES + 1, 0xffffffff]) {
      await assert.rejects(readOne(concatBytes(bigEndian32(length), bigEndian32(1))), BadFrame);
    }
    assert.throws(
      () => encodeFrame(1, { method: 'a', body: new Uint8Array(MESSAGE_MAX_BYTES) }),
      hasCode('K_MESSAGE_TOO_LARGE'),
    );
  });

  test('that are random bytes are refused as bad, never with another error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
        for (const decode of [decodeRequest, decodeResponse]) {
          try {
            decode(bytes);
          } catch (error) {
            assert.ok(error instanceof BadFrame);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('with one byte changed are refused or parse, never crash', () => {
    const good = encodeFrame(1, {
      method: 'job/run',
      body: { manifest: new Uint8Array(40), n: 12, list: ['a', {}] },
    });
    const body = good.subarray(8);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        try {
          decodeRequest(body.with(at, body[at]! ^ change));
        } catch (error) {
          assert.ok(error instanceof BadFrame);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('nested to the sky are refused', () => {
    assert.throws(() => decodeRequest(new Uint8Array(500_000).fill(0x81)), BadFrame);
  });

  test('with other members, other encodings or bad names are refused', () => {
    const bad: unknown[] = [
      { method: 'echo', body: 1, extra: 2 },
      { method: 'Echo' },
      { method: 'e'.repeat(65) },
      { method: '' },
      { body: 1 },
      'echo',
      null,
    ];
    for (const value of bad) assert.throws(() => decodeRequest(encodeNode(value)), BadFrame);
    const twoByteKey = Uint8Array.of(0xa1, 0x78, 0x06, ...Buffer.from('method'), 0x61, 0x61);
    assert.throws(() => decodeRequest(twoByteKey), BadFrame, 'not canonical');
    for (const error of [{ code: 'nope', message: '', fault: 'user', data: {} }, { code: 'K_A' }]) {
      assert.throws(() => decodeResponse(encodeNode({ error })), BadFrame);
    }
  });
});
