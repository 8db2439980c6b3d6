import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeMessage, type Message, MessageError, MessageReader } from './message.ts';

const caps = { headerBytes: 1_000, files: 4, totalBytes: 4_000 };
const join = (parts: Uint8Array[]) => Uint8Array.from(parts.flatMap(part => [...part]));

test('messages come back whole, however the pipe cuts them', () => {
  const message = fc.record({
    header: fc.dictionary(
      fc.string({ maxLength: 5 }).filter(key => key !== 'sizes' && key !== '__proto__'),
      fc.nat(),
      { maxKeys: 5 },
    ),
    files: fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), (messages, step) => {
      const bytes = join(messages.flatMap(encodeMessage));
      const reader = new MessageReader(caps);
      const read: Message[] = [];
      for (let at = 0; at < bytes.length; at += step)
        read.push(...reader.push(bytes.subarray(at, at + step)));
      assert.deepEqual(read.map(plain), messages.map(plain));
    }),
  );
});

test('bytes that are no message are refused, never answered with something else than an error of their own', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      try {
        new MessageReader(caps).push(bytes);
      } catch (error) {
        assert.ok(error instanceof MessageError);
      }
    }),
  );
});

const header = (value: unknown) => {
  const text = new TextEncoder().encode(JSON.stringify(value));
  return Uint8Array.of(0, 0, text.length >> 8, text.length & 255, ...text);
};
for (const [name, bytes] of [
  ['a header larger than allowed', Uint8Array.of(0, 0, 4, 0)],
  ['a header that is an array', header([1])],
  ['a header without sizes', header({})],
  ['a negative size', header({ sizes: [-1] })],
  ['a size that is no whole number', header({ sizes: [0.5] })],
  ['more files than allowed', header({ sizes: [0, 0, 0, 0, 0] })],
  ['files larger than allowed together', header({ sizes: [3_000, 1_001] })],
] as const) {
  test(`${name} is refused before anything is kept for it`, () => {
    assert.throws(() => new MessageReader(caps).push(bytes), MessageError);
  });
}

function plain({ header, files }: Message) {
  return { header: JSON.stringify(header), files: files.map(file => [...file]) };
}
