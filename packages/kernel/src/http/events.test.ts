import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '@koinon/api';
import { Hono } from 'hono';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { handle, type RouteHandler, serveRoutes } from './api.ts';
import { errorResponse } from './errors.ts';

const { counting } = routes('node', {
  counting: {
    method: 'get',
    path: '/counting',
    summary: 'Counts',
    answer: { kind: 'events', events: { number: z.number() } },
    needsToken: false,
    atOnce: 1,
  },
});

/** A clock whose waits end when the test says so. */
function handClock(): Clock & { waits: { ms: number; done(): void }[] } {
  const waits: { ms: number; done(): void }[] = [];
  return {
    waits,
    nowMs: () => 0,
    wait: (ms, signal) =>
      new Promise(resolve => {
        waits.push({ ms, done: resolve });
        signal?.addEventListener('abort', () => resolve());
      }),
  };
}

function appOf(handler: RouteHandler, clock: Clock = handClock()): { app: Hono; failures: unknown[] } {
  const app = new Hono();
  const failures: unknown[] = [];
  app.onError((error, context) => errorResponse(context, error));
  serveRoutes(app, [handler], { token: 't', clock, onFailure: (_, error) => failures.push(error) });
  return { app, failures };
}

test('events come in order with their ids, and a client goes on behind the last it saw', async () => {
  const { app } = appOf(
    handle(counting, ({ events }) =>
      events(async ({ lastId, send }) => {
        for (let i = Number(lastId ?? -1) + 1; i < 3; i++) send('number', i, String(i));
      }),
    ),
  );
  const whole = await (await app.request('/counting')).text();
  assert.equal(whole, [0, 1, 2].map(i => `event: number\ndata: ${i}\nid: ${i}\n\n`).join(''));
  const rest = await app.request('/counting', { headers: { 'last-event-id': '1' } });
  assert.equal(await rest.text(), 'event: number\ndata: 2\nid: 2\n\n');
});

test('a stream with nothing to say shows every 15 s that it lives, until it is left', async () => {
  const clock = handClock();
  let isLeft = false;
  const { app } = appOf(
    handle(counting, ({ events }) =>
      events(async ({ signal }) => {
        await new Promise(resolve => signal.addEventListener('abort', resolve));
        isLeft = true;
      }),
    ),
    clock,
  );
  const reader = (await app.request('/counting')).body!.getReader();
  for (let i = 0; i < 2; i++) {
    while (clock.waits.length <= i) await new Promise(setImmediate);
    const { ms, done } = clock.waits[i]!;
    assert.equal(ms, 15_000);
    done();
    const { value } = await reader.read();
    assert.match(new TextDecoder().decode(value), /^:.*\n\n$/);
  }
  await reader.cancel();
  while (!isLeft) await new Promise(setImmediate);
});

test('a watched stream takes a place for as long as it is open, and a refused one takes none', async () => {
  let end = (): void => undefined;
  const { app } = appOf(
    handle(counting, ({ events }) => events(() => new Promise<void>(resolve => (end = resolve)))),
  );
  const first = await app.request('/counting');
  assert.equal((await app.request('/counting')).status, 503);
  end();
  await first.text();
  assert.equal((await app.request('/counting')).status, 200);
});

test('what fails when the answer has begun ends the stream, is noted, and is not told', async () => {
  const { app, failures } = appOf(
    handle(counting, ({ events }) => events(() => Promise.reject(new Error('a secret of the node')))),
  );
  assert.equal(await (await app.request('/counting')).text(), '');
  assert.equal(failures.length, 1);
});
