import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { json, routes } from '@koinon/api';
import { schema } from '@koinon/protocol';
import { z } from 'zod';
import { patientFetch } from '../patientFetch.node.ts';
import { createClient } from './createClient.ts';

const url = 'http://node.test';
const { thing, list, file, upload } = routes('evidence', {
  thing: {
    method: 'post',
    path: '/api/things/:id/parts/:name',
    summary: '',
    params: z.object({ id: schema.uint(64), name: z.string() }),
    query: z.object({ exclude: z.array(z.string()).optional(), limit: z.coerce.number().default(3) }),
    body: json(z.object({ amount: schema.uint(128) })),
    answer: json(z.object({ id: schema.uint(64), parts: z.array(z.object({ name: z.string() })) })),
    needsToken: true,
  },
  list: {
    method: 'get',
    path: '/api/things',
    summary: '',
    answer: json(z.object({ things: z.array(z.string()) })),
    needsToken: false,
  },
  file: {
    method: 'get',
    path: '/api/files/:path{.+}',
    summary: '',
    params: z.object({ path: z.string() }),
    answer: { kind: 'bytes', mediaTypes: ['text/plain'] },
    needsToken: false,
  },
  upload: {
    method: 'post',
    path: '/api/files',
    summary: '',
    body: { kind: 'bytes', mediaType: 'text/csv', maxBytes: 100 },
    answer: json(z.object({ size: z.number() })),
    needsToken: true,
  },
});

/** A client whose node answers this, and what it was asked. */
function talking(answer: unknown, { status = 200, token }: { status?: number; token?: string } = {}) {
  const asked: { url: string; init: RequestInit }[] = [];
  const client = createClient({
    url,
    ...(token === undefined ? {} : { token }),
    fetch: async (target, init) => {
      asked.push({ url: target.href, init });
      return new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), { status });
    },
  });
  return { client, asked };
}

describe('a call', () => {
  test('puts a question where its route says and parses the answer', async () => {
    const { client, asked } = talking({ id: '7', parts: [{ name: 'a' }] }, { token: 'secret-token' });
    const answer = await client.call(thing, {
      params: { id: 7n, name: 'a/b c' },
      query: { exclude: ['x,y', 'z'] },
      body: { amount: 10n ** 18n },
    });
    assert.deepEqual(answer, { id: 7n, parts: [{ name: 'a' }] });
    const [{ url: target, init }] = asked as [(typeof asked)[0]];
    assert.equal(target, 'http://node.test/api/things/7/parts/a%2Fb%20c?exclude=x%2Cy&exclude=z');
    assert.equal(init.method, 'POST');
    assert.equal(init.body, '{"amount":"1000000000000000000"}');
    const headers = new Headers(init.headers);
    assert.equal(headers.get('authorization'), 'Bearer secret-token');
    assert.equal(headers.get('content-type'), 'application/json');
  });

  test('asks a route that takes nothing with nothing', async () => {
    const { client, asked } = talking({ things: ['a'] });
    assert.deepEqual((await client.call(list)).things, ['a']);
    const headers = new Headers(asked[0]!.init.headers);
    assert.equal(headers.has('authorization') || headers.has('content-type'), false);
  });

  test('sends bytes as they are and gives bytes back, a path of several parts in one piece', async () => {
    const sending = talking({ size: 3 });
    const body = Uint8Array.of(1, 2, 3);
    await sending.client.call(upload, { body });
    assert.equal(sending.asked[0]!.init.body, body);
    assert.equal(new Headers(sending.asked[0]!.init.headers).get('content-type'), 'text/csv');
    const reading = talking('bytes');
    const bytes = await reading.client.call(file, { params: { path: 'a/b.txt' } });
    assert.equal(new TextDecoder().decode(bytes), 'bytes');
    assert.match(reading.asked[0]!.url, /\/api\/files\/a\/b\.txt$/);
  });

  test('leaves out what a newer node says besides, and refuses what is not promised', async () => {
    const { client } = talking({ id: '7', parts: [{ name: 'a', colour: 'red' }], more: 1 });
    const question = { params: { id: 7n, name: 'a' }, body: { amount: 1 } };
    assert.deepEqual(await client.call(thing, question), { id: 7n, parts: [{ name: 'a' }] });
    await assert.rejects(talking({ id: '7', parts: [{}] }).client.call(thing, question), {
      code: 'K_NODE_ANSWER',
      fault: 'peer',
      message: /parts\.0\.name/,
    });
    await assert.rejects(talking('<html>').client.call(list), { code: 'K_NODE_ANSWER', message: /no JSON/ });
  });

  test('throws the error of the node whole, and one of the Open Inference Protocol as its sentence', async () => {
    const error = { code: 'K_BUSY', message: 'Busy.', fault: 'platform', data: { n: 1 }, next: 'Wait.' };
    await assert.rejects(talking({ error }, { status: 503 }).client.call(list), {
      name: 'KoinonError',
      ...error,
    });
    const sentence = talking({ error: 'The request cannot be answered.' }, { status: 400 });
    await assert.rejects(sentence.client.call(list), {
      code: 'K_NODE_ANSWER',
      message: 'The request cannot be answered.',
      fault: 'user',
    });
    await assert.rejects(talking('oops', { status: 502 }).client.call(list), {
      code: 'K_NODE_ANSWER',
      message: /GET \/api\/things at .* status 502/,
      fault: 'peer',
    });
  });

  test('stops reading an answer that is larger than asked for', async () => {
    const { client } = talking('x'.repeat(11));
    await assert.rejects(client.call(file, { params: { path: 'a' } }, { maxBytes: 10 }), {
      code: 'K_ANSWER_TOO_LARGE',
    });
    assert.equal((await client.call(file, { params: { path: 'a' } }, { maxBytes: 11 })).length, 11);
  });

  test('says that nobody answers, with the advice it was given, and throws the reason of its signal', async () => {
    const client = createClient({
      url,
      fetch: () => Promise.reject(new TypeError('fetch failed')),
      unreachable: { next: 'Type this.' },
    });
    await assert.rejects(client.call(list), {
      code: 'K_NODE_UNREACHABLE',
      message: 'No node answers at http://node.test.',
      fault: 'user',
      next: 'Type this.',
    });
    await assert.rejects(client.call(list, {}, { signal: AbortSignal.abort(new Error('enough')) }), /enough/);
  });
});

describe('the fetch of Node', () => {
  async function serving<T>(listener: RequestListener, use: (url: URL) => Promise<T>): Promise<T> {
    const server = createServer(listener);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      return await use(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x?y=1`));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test('sends what it is given and streams what comes back', () =>
    serving(
      (request, response) => {
        const heard: Buffer[] = [];
        request.on('data', chunk => heard.push(chunk));
        request.on('end', () => {
          response.writeHead(404, { 'x-said': `${request.method} ${request.url} ${request.headers['a']}` });
          response.write('you said ');
          response.end(Buffer.concat(heard));
        });
      },
      async target => {
        const body = new TextEncoder().encode('hello') as BodyInit;
        const response = await patientFetch(target, { method: 'POST', headers: { a: 'b' }, body });
        assert.equal(response.status, 404);
        assert.equal(response.headers.get('x-said'), 'POST /x?y=1 b');
        assert.equal(await response.text(), 'you said hello');
      },
    ));

  test('takes an answer without a body', () =>
    serving(
      (_, response) => response.writeHead(204).end(),
      async target => assert.equal((await patientFetch(target, {})).status, 204),
    ));

  test('rejects where the signal aborts, before the answer and within it', () =>
    serving(
      (request, response) => {
        if (request.method === 'POST') return;
        response.write('begun');
      },
      async target => {
        const before = new AbortController();
        const waiting = patientFetch(target, { method: 'POST', signal: before.signal });
        before.abort();
        await assert.rejects(waiting, { name: 'AbortError' });
        const within = new AbortController();
        const response = await patientFetch(target, { signal: within.signal });
        const reading = response.text();
        within.abort();
        await assert.rejects(reading);
      },
    ));
});
