import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { nodeConfigSchema } from '@koinon/node/process';
import { lines, listeningNode, listenOn, rawHttp, TEST_TOKEN } from '@koinon/node/testing';
import { asKoinonError, toHex } from '@koinon/protocol';
import { Hono } from 'hono';
import { serveHttp } from './serveHttp.ts';

const CHANGE = '/api/blobs';
const READ = '/api/status';
const bearer = `Authorization: Bearer ${TEST_TOKEN}`;
const SECRET = 'row 17: a private cell';

describe('a node on loopback', () => {
  let served: Awaited<ReturnType<typeof listeningNode>>;
  let blobs: typeof served.member.store.blobs;
  before(async () => {
    served = await listeningNode();
    ({ blobs } = served.member.store);
  });
  after(() => served.stop());

  const own = () => `Host: 127.0.0.1:${served.port}`;
  const send = (first: string, headers: string[], body = '') =>
    rawHttp(served.port, [lines(first, headers, body)]);
  const stored = async (): Promise<number> => {
    let count = 0;
    for await (const _ of blobs.list()) count += 1;
    return count;
  };
  /** Sends and expects that nothing was stored, whatever was answered. */
  const changesNothing = async (
    status: number,
    first: string,
    headers: string[],
    body = 'x',
  ): Promise<string> => {
    const earlier = await stored();
    const answer = await send(first, [...headers, `Content-Length: ${body.length}`], body);
    assert.equal(answer.status, status, answer.text);
    assert.equal(await stored(), earlier);
    assert.doesNotMatch(answer.text, /access-control-allow/i);
    return answer.text;
  };

  test('its owner, with the token, changes things', async () => {
    const earlier = await stored();
    const answer = await send(`POST ${CHANGE}`, [own(), bearer, 'Content-Length: 5'], 'hello');
    assert.equal(answer.status, 200, answer.text);
    assert.equal(await stored(), earlier + 1);
  });

  const wrongTokens: Record<string, string[]> = {
    'no token': [],
    'another token': ['Authorization: Bearer something-else'],
    'an empty token': ['Authorization: Bearer '],
    'a part of the token': [`Authorization: Bearer ${TEST_TOKEN.slice(0, -1)}`],
    'the token and more': [`Authorization: Bearer ${TEST_TOKEN}x`],
    'the token in another scheme': [`Authorization: Basic ${TEST_TOKEN}`],
    'the token as a cookie': [`Cookie: token=${TEST_TOKEN}`],
  };
  for (const [how, headers] of Object.entries(wrongTokens)) {
    test(`nothing changes with ${how}`, async () => {
      const text = await changesNothing(401, `POST ${CHANGE}`, [own(), ...headers]);
      assert.match(text, /K_HTTP_TOKEN/);
      assert.match(text, /www-authenticate: Bearer/i);
    });
  }

  test('the token in the address changes nothing', async () => {
    await changesNothing(401, `POST ${CHANGE}?token=${TEST_TOKEN}&access_token=${TEST_TOKEN}`, [own()]);
  });

  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    test(`a form of another site (${type}) changes nothing and asks no model`, async () => {
      const form = [own(), 'Origin: https://evil.example', `Content-Type: ${type}`];
      await changesNothing(403, `POST ${CHANGE}`, form);
      await changesNothing(401, `POST ${CHANGE}`, [own(), `Content-Type: ${type}`]);
      await changesNothing(415, 'POST /v2/models/x/infer', [own(), `Content-Type: ${type}`]);
    });
  }

  test('a question to a model without a type is refused: a script may send that anywhere unasked', async () => {
    await changesNothing(415, 'POST /v2/models/x/infer', [own()]);
  });

  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost:1',
    'http://127.0.0.1',
    'file://',
    'http://127.0.0.1.evil.example',
  ]) {
    test(`a page of ${origin} gets nothing, and nothing with the token either`, async () => {
      for (const headers of [[], [bearer]]) {
        const text = await changesNothing(403, `POST ${CHANGE}`, [own(), `Origin: ${origin}`, ...headers]);
        assert.match(text, /K_HTTP_ORIGIN/);
      }
      const read = await send(`GET ${READ}`, [own(), `Origin: ${origin}`]);
      assert.equal(read.status, 403);
      assert.doesNotMatch(read.text, /operator/);
    });
  }

  test('its own page reads, by every name of this machine', async () => {
    for (const host of ['127.0.0.1', 'localhost', 'LocalHost', '[::1]']) {
      const headers = [`Host: ${host}:${served.port}`, `Origin: http://${host.toLowerCase()}:${served.port}`];
      const answer = await send(`GET ${READ}`, headers);
      assert.equal(answer.status, 200, `${host}: ${answer.text}`);
    }
  });

  test('its own page under one name is another origin under the other', async () => {
    const headers = [`Host: localhost:${served.port}`, `Origin: http://127.0.0.1:${served.port}`];
    assert.equal((await send(`GET ${READ}`, headers)).status, 403);
  });

  const hosts = (port: number): string[] => [
    `evil.example:${port}`,
    'evil.example',
    '127.0.0.1',
    'localhost',
    '127.0.0.1:1',
    `localhost.:${port}`,
    `127.0.0.1.:${port}`,
    `localhost.evil.example:${port}`,
    `evil.example#localhost:${port}`,
    `user@localhost:${port}`,
    `127.1:${port}`,
    `0.0.0.0:${port}`,
    `0:${port}`,
    `2130706433:${port}`,
    `127.0.0.2:${port}`,
    `[::]:${port}`,
    `[::ffff:127.0.0.1]:${port}`,
    `::1:${port}`,
    `:${port}`,
    `localhost:${port}:${port}`,
    `localhost:0${port}`,
    '',
  ];
  test('a name that is not this machine’s, or another port, reads and changes nothing', async () => {
    for (const host of hosts(served.port)) {
      const read = await send(`GET ${READ}`, [`Host: ${host}`]);
      assert.ok(read.status === 403 || read.status === 400, `${host}: ${read.text}`);
      assert.doesNotMatch(read.text, /peerId/);
      const earlier = await stored();
      await send(`POST ${CHANGE}`, [`Host: ${host}`, bearer, 'Content-Length: 4'], 'host');
      assert.equal(await stored(), earlier, host);
    }
  });

  test('a request without a host, or with two, is not answered for the wrong one', async () => {
    assert.equal((await send(`GET ${READ}`, [])).status, 400);
    const two = await send(`GET ${READ}`, ['Host: evil.example', own()]);
    assert.ok(two.status === 400 || two.status === 403, two.text);
  });

  test('a whole URL as the target must name this machine as the header does', async () => {
    const { port } = served;
    assert.equal((await send(`GET http://127.0.0.1:${port}${READ}`, [own()])).status, 200);
    for (const target of [
      `http://evil.example:${port}${READ}`,
      `http://evil.example${READ}`,
      `http://localhost:${port}${READ}`,
      `https://evil.example${READ}`,
    ]) {
      const answer = await send(`GET ${target}`, [own()]);
      assert.ok(answer.status === 403 || answer.status === 400, `${target}: ${answer.text}`);
      assert.doesNotMatch(answer.text, /peerId/);
    }
    const rebound = await send(`GET http://127.0.0.1:${port}${READ}`, [`Host: evil.example:${port}`]);
    assert.ok(rebound.status >= 400, rebound.text);
  });

  test('a browser that asks for another site gets no data, and the page only by a link', async () => {
    for (const site of ['cross-site', 'same-site']) {
      for (const path of [READ, '/metrics', '/v2/models', '/v2/models/x/ready']) {
        const answer = await send(`GET ${path}`, [
          own(),
          `Sec-Fetch-Site: ${site}`,
          'Sec-Fetch-Mode: no-cors',
        ]);
        assert.equal(answer.status, 403, path);
        const link = await send(`GET ${path}`, [
          own(),
          `Sec-Fetch-Site: ${site}`,
          'Sec-Fetch-Mode: navigate',
        ]);
        assert.equal(link.status, 403, path);
      }
      const link = await send('GET /', [own(), `Sec-Fetch-Site: ${site}`, 'Sec-Fetch-Mode: navigate']);
      assert.notEqual(link.status, 403);
      assert.match(link.text, /x-frame-options|frame-ancestors/i);
    }
    for (const site of ['same-origin', 'none']) {
      assert.equal((await send(`GET ${READ}`, [own(), `Sec-Fetch-Site: ${site}`])).status, 200);
    }
  });

  test('a browser that asks first is not let through', async () => {
    const preflight = [
      own(),
      'Origin: https://evil.example',
      'Access-Control-Request-Method: POST',
      'Access-Control-Request-Headers: authorization',
      'Access-Control-Request-Private-Network: true',
    ];
    await changesNothing(403, `OPTIONS ${CHANGE}`, preflight);
    await changesNothing(401, `OPTIONS ${CHANGE}`, [own()]);
  });

  test('no header makes a reading request a changing one, nor the other way round', async () => {
    for (const header of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
      await changesNothing(401, `POST ${CHANGE}`, [own(), `${header}: GET`]);
      await changesNothing(404, `GET ${CHANGE}?_method=POST`, [own(), `${header}: POST`, bearer]);
    }
    for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND']) {
      const answer = await send(`${method} ${CHANGE}`, [own()]);
      assert.ok(
        answer.status === 401 || answer.status === 405 || answer.status === 400,
        `${method} ${answer.text}`,
      );
    }
    const connected = await send('CONNECT 127.0.0.1:80', [own()]);
    assert.ok(connected.status === 0 || connected.status >= 400);
  });

  test('no spelling of a path gets around the token', async () => {
    const paths = [
      '/api//blobs',
      '//api/blobs',
      '/API/blobs',
      '/%61pi/blobs',
      '/api/%62lobs',
      '/x/../api/blobs',
      '/v2/models/x/infer/../../../../api/blobs',
      '/api/blobs/',
      '/api/blobs;x',
      '/api/blobs%00',
    ];
    for (const path of paths) {
      const earlier = await stored();
      const answer = await send(
        `POST ${path}`,
        [own(), 'Content-Type: application/json', 'Content-Length: 1'],
        'x',
      );
      assert.ok([400, 401, 404].includes(answer.status), `${path}: ${answer.text}`);
      assert.equal(await stored(), earlier, path);
    }
  });

  test('requests for grants are read with the token alone', async () => {
    assert.equal((await served.ask('/api/requests')).status, 401);
    assert.equal((await served.ask('/api/requests', { token: true })).status, 200);
  });

  test('a private blob is not served, with the token neither, nor a part of one', async () => {
    const secret = await blobs.put(Buffer.from(SECRET), 'private');
    const large = await blobs.put(new Uint8Array(2 ** 21).fill(7), 'private');
    const shown = await blobs.put(Buffer.from('for everybody'), 'public');
    for (const cid of [secret, large]) {
      for (const token of [false, true]) {
        const answer = await served.ask(`/api/blobs/${cid}`, { token });
        assert.equal(answer.status, 404);
        assert.doesNotMatch(await answer.text(), /row 17/);
      }
    }
    assert.equal(await (await served.ask(`/api/blobs/${shown}`)).text(), 'for everybody');
  });

  test('a path is never a way to a file', async () => {
    for (const base of ['/api/blobs/', '/assets/', '/', '/api/models/', '/api/studies/']) {
      for (const climb of [
        '../../../../etc/passwd',
        '..%2f..%2f..%2fetc%2fpasswd',
        '%2e%2e/%2e%2e/etc/passwd',
        '....//etc/passwd',
        '/etc/passwd',
        '..\\..\\etc\\passwd',
        '%00/etc/passwd',
      ]) {
        const answer = await send(`GET ${base}${climb}`, [own()]);
        assert.ok([0, 400, 404].includes(answer.status), `${base}${climb}: ${answer.text}`);
        assert.doesNotMatch(answer.text, /root:/);
      }
    }
  });

  test('headers that are too large end the connection', async () => {
    const large = await send(`GET ${READ}`, [own(), `X-Large: ${'x'.repeat(20_000)}`]);
    assert.equal(large.status, 431);
  });

  test('headers and bodies that come too slowly end the connection, and leave nothing', async () => {
    const hasty = await listenOn(served.member, {
      timeouts: { headersMs: 100, requestMs: 200, checkMs: 20 },
    });
    const host = `Host: 127.0.0.1:${hasty.port}`;
    const earlier = await stored();
    const header = await rawHttp(hasty.port, [`GET ${READ} HTTP/1.1\r\n${host}\r\nX-Slow: `]);
    assert.equal(header.status, 408);
    const head = [`POST ${CHANGE} HTTP/1.1`, host, bearer, 'Content-Length: 100', '', 'the first'];
    const body = await rawHttp(hasty.port, [head.join('\r\n')]);
    assert.ok(body.status === 408 || body.status === 0, body.text);
    assert.equal(await stored(), earlier);
    await hasty.stop();
  });

  test('a body that says it is too large is refused unread, one that lies about it while it is read', async () => {
    const declared = await send(`POST ${CHANGE}`, [own(), bearer, `Content-Length: ${2 ** 26 + 1}`]);
    assert.equal(declared.status, 413);
    const deny = `/api/requests/${toHex(new Uint8Array(32))}/deny`;
    const chunk = `${(2 ** 16).toString(16)}\r\n${' '.repeat(2 ** 16)}\r\n`;
    const head = lines(`POST ${deny}`, [own(), bearer, 'Transfer-Encoding: chunked']);
    const streamed = await rawHttp(served.port, [head, ...Array<string>(20).fill(chunk), '0\r\n\r\n']);
    assert.equal(streamed.status, 413, streamed.text);
  });

  test('two lengths of one body, by which requests are smuggled, are refused', async () => {
    const both = await send(
      `POST ${CHANGE}`,
      [own(), bearer, 'Content-Length: 4', 'Transfer-Encoding: chunked'],
      '0\r\n\r\n',
    );
    assert.equal(both.status, 400);
    const twice = await send(
      `POST ${CHANGE}`,
      [own(), bearer, 'Content-Length: 4', 'Content-Length: 5'],
      'x',
    );
    assert.equal(twice.status, 400);
  });
});

describe('a node beyond loopback', () => {
  test('does not start without authentication', async () => {
    const served = await listeningNode();
    for (const host of ['0.0.0.0', '::', '192.0.2.7', 'node.example']) {
      await assert.rejects(
        serveHttp(() => new Hono(), { host, port: 0 }),
        error => asKoinonError(error).code === 'K_HTTP_OPEN',
      );
    }
    await served.stop();
  });

  test('is what its configuration must ask for by name', () => {
    const config = { koinon: 'node/2', name: 'x', services: {}, rpcUrls: ['http://127.0.0.1:8545'] };
    assert.equal(nodeConfigSchema.parse(config).http.authenticateAll, false);
    assert.equal(
      nodeConfigSchema.parse({ ...config, http: { host: '0.0.0.0' } }).http.authenticateAll,
      false,
    );
    const http = { host: '0.0.0.0', authenticateAll: true };
    assert.equal(nodeConfigSchema.parse({ ...config, http }).http.authenticateAll, true);
  });

  test('answers whoever has the token, whatever the host is called, and nobody else but with the page', async () => {
    const alone = await listeningNode();
    const served = await listenOn(alone.member, { authenticateAll: true, host: '0.0.0.0' });
    const send = (path: string, ...headers: string[]) =>
      rawHttp(served.port, [lines(`GET ${path}`, ['Host: node.example', ...headers])]);
    for (const path of [READ, '/v2', '/v2/models', '/metrics', '/api/openapi.json', '/api/requests']) {
      assert.equal((await send(path)).status, 401, path);
      assert.equal((await send(path, bearer)).status, 200, path);
    }
    assert.notEqual((await send('/')).status, 401);
    assert.equal((await send(READ, bearer, 'Origin: https://node.example')).status, 200);
    assert.equal((await send(READ, bearer, 'Origin: https://evil.example')).status, 403);
    await served.stop();
    await alone.stop();
  });
});
