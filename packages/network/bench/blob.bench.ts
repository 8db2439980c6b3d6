import { connect, createServer, type Socket } from 'node:net';
import { cidOfBytes, type Hex } from '@koinon/protocol';
import { multiaddr } from '@multiformats/multiaddr';
import type { Directory, PeerRecord } from '../src/index.ts';
import { createNetwork } from '../src/libp2p.ts';
import { partsOf, patternBytes, sourceOf } from '../test/blobs.ts';
import { testKey } from '../test/compliance.ts';
import { rawNode } from '../test/rawNode.ts';

const SIZE_BYTES = 32 << 20;
const ROUNDS = 3;
const REQUESTS = 300;

/** A verified blob and a request against the bare stream and the bare socket below them, both ends in one process. */
export default async function bench(): Promise<{
  title: string;
  rows: Record<string, string | number>[];
  note: string;
}> {
  const blob = patternBytes(SIZE_BYTES);
  const tcpMs = await best(() => plainTcp(blob));
  const streamMs = await plainStream(blob);
  const { blobMs, oneByOneMs, together16Ms } = await ours(blob);
  const rate = (ms: number) => Math.round(SIZE_BYTES / 1e3 / ms);
  const row = (what: string, ms: number) => ({ what, 'MB/s': rate(ms), 'of TCP': (tcpMs / ms).toFixed(2) });
  return {
    title: 'Network: 32 MiB and small requests between two nodes on one machine',
    rows: [
      row('plain TCP', tcpMs),
      row('libp2p stream (noise, yamux)', streamMs),
      row('fetchBlob, every chunk verified', blobMs),
      {
        what: 'requests/s, one at a time',
        'MB/s': '',
        'of TCP': '',
        'per s': Math.round((REQUESTS / oneByOneMs) * 1e3),
      },
      {
        what: 'requests/s, 16 at once',
        'MB/s': '',
        'of TCP': '',
        'per s': Math.round((REQUESTS / together16Ms) * 1e3),
      },
    ],
    note: `fetchBlob takes ${(blobMs / streamMs).toFixed(2)} times the bare stream; encryption runs in JavaScript and node:crypto.`,
  };
}

async function best(run: () => Promise<number>): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) fastest = Math.min(fastest, await run());
  return fastest;
}

async function plainTcp(blob: Uint8Array): Promise<number> {
  const server = createServer(socket => socket.end(blob));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const start = performance.now();
  await new Promise<void>(resolve => {
    const socket: Socket = connect(port, '127.0.0.1');
    socket.resume();
    socket.on('end', resolve);
  });
  server.close();
  return performance.now() - start;
}

async function plainStream(blob: Uint8Array): Promise<number> {
  const server = await rawNode(101, {
    '/bench/1': async stream => {
      for (let at = 0; at < blob.length; at += 1 << 16) {
        if (!stream.send(blob.subarray(at, at + (1 << 16)))) {
          await new Promise(resolve => stream.addEventListener('drain', resolve, { once: true }));
        }
      }
    },
  });
  const client = await rawNode(102);
  const connection = await client.dial(multiaddr(server.getMultiaddrs()[0]!.toString()));
  const fastest = await best(async () => {
    const start = performance.now();
    const stream = await connection.newStream('/bench/1');
    let received = 0;
    await new Promise<void>(resolve => {
      stream.addEventListener('message', ({ data }) => {
        received += data.byteLength;
        if (received === blob.length) resolve();
      });
    });
    stream.abort(new Error('done'));
    return performance.now() - start;
  });
  await Promise.all([client.stop(), server.stop()]);
  return fastest;
}

async function ours(blob: Uint8Array) {
  const records = new Map<Hex, PeerRecord>();
  const directory: Directory = { find: async operator => records.get(operator) };
  const unlimited = { requestsPerSecond: Number.POSITIVE_INFINITY };
  const [client, server] = await Promise.all(
    [1, 2].map(key => createNetwork({ privateKey: testKey(key), directory, dht: false, limits: unlimited })),
  );
  for (const node of [client!, server!]) {
    await node.start();
    const { operator, peerId } = node;
    records.set(operator, { operator, peerId, multiaddrs: node.multiaddrs() });
  }
  server!.serveBlobs(sourceOf(partsOf(blob)));
  server!.handle('echo', async payload => payload);
  const payload = new Uint8Array(1024);
  const ask = () => client!.request(server!.operator, 'echo', payload);
  const cid = cidOfBytes(blob);
  const blobMs = await best(async () => {
    const start = performance.now();
    await client!.fetchBlob(server!.operator, cid, { maxBytes: SIZE_BYTES });
    return performance.now() - start;
  });
  const oneByOneMs = await best(async () => {
    const start = performance.now();
    for (let i = 0; i < REQUESTS; i++) await ask();
    return performance.now() - start;
  });
  const together16Ms = await best(async () => {
    const start = performance.now();
    let left = REQUESTS;
    const worker = async () => {
      while (left-- > 0) await ask();
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    return performance.now() - start;
  });
  await Promise.all([client!.stop(), server!.stop()]);
  return { blobMs, oneByOneMs, together16Ms };
}
