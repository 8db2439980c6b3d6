import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readEvents } from './readEvents.ts';

const text =
  'event: step\nid: 7\ndata: {"name":"dataset"}\n\n: a comment\n\ndata: a\ndata: b\n\nevent: study\r\ndata: ü\r\n\r\n';

test('events are read whole however the bytes are cut', async () => {
  const bytes = new TextEncoder().encode(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async cuts => {
      const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let i = 1; i < edges.length; i++) controller.enqueue(bytes.slice(edges[i - 1], edges[i]));
          controller.close();
        },
      });
      const events = [];
      for await (const event of readEvents(stream)) events.push(event);
      assert.deepEqual(events, [
        { event: 'step', data: '{"name":"dataset"}', id: '7' },
        undefined,
        { event: 'message', data: 'a\nb', id: '7' },
        { event: 'study', data: 'ü', id: '7' },
      ]);
    }),
    { numRuns: 50 },
  );
});
