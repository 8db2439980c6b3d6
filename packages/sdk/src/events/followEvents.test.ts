import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Waiting } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { followEvents } from './followEvents.ts';
import type { StreamEvent } from './readEvents.ts';

/** A clock that stands until a test says that everything waited for is due. */
class HandClock implements Waiting {
  readonly waits: { ms: number; done(): void }[] = [];

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const waiting = { ms, done: resolve };
      this.waits.push(waiting);
      signal?.addEventListener('abort', () => {
        this.waits.splice(this.waits.indexOf(waiting), 1);
        resolve();
      });
    });
  }
}

/** Pauses pass at once; how long each was is written down. Silence is never noticed. */
function hasty(): Waiting & { pausesMs: number[] } {
  const pausesMs: number[] = [];
  return {
    pausesMs,
    wait: (ms, signal) => {
      if (ms === 50_000) return new Promise(resolve => signal?.addEventListener('abort', () => resolve()));
      pausesMs.push(ms);
      return Promise.resolve();
    },
  };
}

const streamOf = (...texts: string[]) => new Response(texts.join(''));
const event = (id: number, data = 'x') => `id: ${id}\ndata: ${data}\n\n`;
const parse = ({ data }: StreamEvent) => data;
const isLast = (data: string) => data === 'last';
const unreachable = () => new KoinonError({ code: 'K_NODE_UNREACHABLE', message: 'gone', fault: 'user' });

async function all(events: AsyncIterable<string>): Promise<string[]> {
  const heard: string[] = [];
  for await (const each of events) heard.push(each);
  return heard;
}

test('a stream that breaks off is taken up again after the last event, and ends with the last', async () => {
  const clock = hasty();
  const asked: (string | undefined)[] = [];
  const answers = [
    streamOf(event(1, 'a'), event(2, 'b')),
    streamOf(event(3, 'c')),
    streamOf(event(4, 'last'), event(5, 'more')),
  ];
  const connection: boolean[] = [];
  const open = async (lastId: string | undefined) => {
    asked.push(lastId);
    return answers[asked.length - 1]!;
  };
  const events = followEvents(
    { open, parse, clock },
    { isLast, onConnection: isConnected => connection.push(isConnected) },
  );
  assert.deepEqual(await all(events), ['a', 'b', 'c', 'last']);
  assert.deepEqual(asked, [undefined, '2', '3']);
  assert.deepEqual(connection, [false, true, false, true]);
});

test('pauses grow while nobody answers, and start small again after an event', async () => {
  const clock = hasty();
  let opened = 0;
  const open = async () => {
    opened++;
    if (opened === 1) return streamOf(event(1));
    if (opened === 6) return streamOf(event(2));
    if (opened === 9) return streamOf(event(3, 'last'));
    throw unreachable();
  };
  await all(followEvents({ open, parse, clock }, { isLast }));
  assert.deepEqual(clock.pausesMs, [500, 1000, 2000, 4000, 8000, 500, 1000, 2000]);
});

test('after so many tries in a row it is given up, with what went wrong', async () => {
  const clock = hasty();
  let opened = 0;
  const open = async () => {
    if (opened++ === 0) return streamOf(event(1));
    throw unreachable();
  };
  await assert.rejects(all(followEvents({ open, parse, clock }, { isLast, tries: 3 })), {
    code: 'K_NODE_UNREACHABLE',
  });
  const ending = followEvents({ open: async () => streamOf(), parse, clock }, { isLast, tries: 3 });
  await assert.rejects(all(ending), { code: 'K_STREAM_BROKEN' });
});

test('where nobody answers from the first, or the server refuses, it is said at once', async () => {
  const clock = hasty();
  const nobody = followEvents({ open: () => Promise.reject(unreachable()), parse, clock }, { isLast });
  await assert.rejects(all(nobody), { code: 'K_NODE_UNREACHABLE' });
  let opened = 0;
  const open = async () => {
    if (opened++ === 0) return streamOf(event(1));
    throw new KoinonError({ code: 'K_STUDY_UNKNOWN', message: 'gone', fault: 'user' });
  };
  await assert.rejects(all(followEvents({ open, parse, clock }, { isLast })), { code: 'K_STUDY_UNKNOWN' });
  assert.equal(opened, 2);
});

test('a connection that gives no sign of life is closed and made anew; comments are signs of life', async () => {
  const clock = new HandClock();
  const encoder = new TextEncoder();
  const connections: { say(text: string): void; isClosed: boolean; lastId: string | undefined }[] = [];
  const open = async (lastId: string | undefined, signal: AbortSignal) => {
    const stream = new ReadableStream<Uint8Array>({
      start: controller => {
        const connection = {
          say: (text: string) => controller.enqueue(encoder.encode(text)),
          isClosed: false,
          lastId,
        };
        connections.push(connection);
        signal.addEventListener('abort', () => {
          connection.isClosed = true;
        });
      },
    });
    return new Response(stream);
  };
  const events = followEvents({ open, parse, clock }, { isLast });
  const turn = () => new Promise(resolve => setImmediate(resolve));

  const first = events.next();
  await turn();
  connections[0]!.say(event(1, 'a'));
  assert.equal((await first).value, 'a');
  const second = events.next();
  await turn();
  const [before] = clock.waits;
  connections[0]!.say(': still here\n\n');
  await turn();
  assert.notEqual(clock.waits[0], before, 'the silence is measured anew after a comment');
  assert.equal(connections[0]!.isClosed, false);

  clock.waits[0]!.done();
  await turn();
  assert.equal(connections[0]!.isClosed, true);
  clock.waits.find(({ ms }) => ms === 500)!.done();
  await turn();
  assert.equal(connections[1]!.lastId, '1');
  connections[1]!.say(event(2, 'last'));
  assert.equal((await second).value, 'last');
  assert.equal((await events.next()).done, true);
});

test('the signal stops it, while it hears and while it pauses; leaving the loop closes the connection', async () => {
  const stopping = new AbortController();
  let opened = 0;
  const open = async (_: string | undefined, signal: AbortSignal) => {
    opened++;
    return new Response(
      new ReadableStream<Uint8Array>({
        start: controller => {
          controller.enqueue(new TextEncoder().encode(event(1, 'a')));
          signal.addEventListener('abort', () => controller.error(signal.reason));
        },
      }),
    );
  };
  const events = followEvents({ open, parse, clock: hasty() }, { isLast, signal: stopping.signal });
  await events.next();
  const next = events.next();
  stopping.abort(new Error('enough'));
  await assert.rejects(next, /enough/);
  assert.equal(opened, 1);

  let closed = false;
  const left = followEvents(
    {
      open: async (lastId, signal) => {
        signal.addEventListener('abort', () => {
          closed = true;
        });
        return open(lastId, signal);
      },
      parse,
      clock: hasty(),
    },
    { isLast },
  );
  for await (const _ of left) break;
  assert.equal(closed, true);
});
