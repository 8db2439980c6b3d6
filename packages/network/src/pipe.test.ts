import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteQueue, PipeClosed } from './pipe.ts';

const noFlow = { pause() {}, resume() {} };

test('bytes come out as they went in, however they are cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 20 })),
      fc.array(fc.nat(30)),
      async (chunks, sizes) => {
        const queue = new ByteQueue(1000, noFlow);
        const whole = Buffer.concat(chunks);
        const reads = async () => {
          const out: Uint8Array[] = [];
          const seen: Uint8Array[] = [];
          let left = whole.length;
          for (const size of sizes) {
            const target = new Uint8Array(Math.min(size, left));
            left -= target.length;
            await queue.read(target, piece => seen.push(piece.slice()));
            out.push(target);
          }
          assert.deepEqual(Buffer.concat(seen), Buffer.concat(out));
          return Buffer.concat(out);
        };
        const reading = reads();
        for (const chunk of chunks) queue.push(chunk);
        queue.end();
        const got = await reading;
        assert.deepEqual(got, whole.subarray(0, got.length));
      },
    ),
  );
});

test('an end before a message is an end, inside one a failure', async () => {
  const queue = new ByteQueue(1000, noFlow);
  queue.push(Uint8Array.of(1, 2, 3));
  queue.end();
  assert.equal(await queue.read(new Uint8Array(2)), true);
  await assert.rejects(queue.read(new Uint8Array(2)), PipeClosed);
  assert.equal(await queue.read(new Uint8Array(2)), false);
});

test('a failure reaches the waiting reader and drops what was queued', async () => {
  const queue = new ByteQueue(1000, noFlow);
  const waiting = queue.read(new Uint8Array(2));
  queue.fail(new PipeClosed('gone'));
  await assert.rejects(waiting, PipeClosed);
  queue.push(Uint8Array.of(1, 2));
  await assert.rejects(queue.read(new Uint8Array(2)), PipeClosed);
});

test('a slow reader makes the sender wait and lets it go on', async () => {
  const calls: string[] = [];
  const queue = new ByteQueue(100, { pause: () => calls.push('pause'), resume: () => calls.push('resume') });
  for (let i = 0; i < 15; i++) queue.push(new Uint8Array(10));
  assert.deepEqual(calls, ['pause']);
  await queue.read(new Uint8Array(90));
  assert.deepEqual(calls, ['pause']);
  await queue.read(new Uint8Array(10));
  assert.deepEqual(calls, ['pause', 'resume']);
});
