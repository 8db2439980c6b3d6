// Records the answers of a live node that `runPageChecks` asks for, so that the page's tests need no network:
// node packages/web/test/record.ts http://127.0.0.1:4020
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Recorded } from './recordedNode.ts';
import { runPageChecks } from './runPageChecks.ts';

const [source] = process.argv.slice(2);
if (!source) throw new Error('Give the address of a node that serves a model.');
const recorded: Recorded = {};

const proxy = createServer(async (request, response) => {
  const body: Buffer[] = [];
  for await (const chunk of request) body.push(chunk as Buffer);
  const { method = 'GET', url = '/' } = request;
  const answer = await fetch(new URL(url, source), {
    method,
    ...(method === 'POST'
      ? { body: Buffer.concat(body), headers: { 'content-type': request.headers['content-type'] ?? '' } }
      : {}),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get('content-type') ?? '';
  const policy = answer.headers.get('content-security-policy');
  if (/^\/(api|v2)/.test(url)) {
    recorded[`${method} ${url}`] = { status: answer.status, type, body: bytes.toString('base64') };
  }
  response.writeHead(answer.status, {
    'content-type': type,
    ...(policy ? { 'content-security-policy': policy } : {}),
  });
  response.end(bytes);
});
await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
console.log(await runPageChecks(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`));
proxy.close();
proxy.closeAllConnections();
const sorted = Object.fromEntries(Object.entries(recorded).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(join(import.meta.dirname, 'recorded.json.gz'), gzipSync(JSON.stringify(sorted), { level: 9 }));
