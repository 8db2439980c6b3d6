import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  BLOB_CHUNK_BYTES,
  type Hex,
  inclusionProof,
  keySigner,
  leafHash,
  statementDigest,
} from '@koinon/protocol';
import { openStore } from '../src/disk.ts';
import type { AppendRequest, Store } from '../src/index.ts';
import { RightEdge } from '../src/log/rightEdge.ts';
import { TileTree } from '../src/log/tileTree.ts';
import { receiptRequest, stubSign } from '../test/fixtures.ts';

const ENTRIES = 20_000;
const TREE_LEAVES = 200_000;
const SIGNED_ENTRIES = 500;
const SEQUENTIAL_ENTRIES = 300;
const SMALL_BLOBS = 200;
const SMALL_BYTES = 4096;
const LARGE_BYTES = 32 * BLOB_CHUNK_BYTES;

type Row = Record<string, string | number>;

/** Seconds the work took. */
async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** A request that costs next to nothing itself, so that the log is what is measured. */
function cheapRequest(i: number): AppendRequest<'Receipt'> {
  const request = receiptRequest('template');
  const template = request.message(0n);
  const digest: Hex = `0x${i.toString(16).padStart(64, '0')}`;
  const seal = Promise.resolve({ digest, signature: `${digest}${'1b'.repeat(33)}` as Hex });
  return {
    ...request,
    key: `receipt:${digest}`,
    message: logIndex => ({ ...template, order: digest, logIndex }),
    sign: () => seal,
  };
}

const rate = (count: number, time: number): number => Math.round(count / time);

/** The Merkle tree by itself: leaves that are there already, nothing on disk, nothing signed. */
async function treeRows(): Promise<Row[]> {
  const shelf = new Map<string, Uint8Array>();
  const tree = new TileTree({
    read: (level, position) => shelf.get(`${level}/${position}`),
    write: (level, position, bytes) => void shelf.set(`${level}/${position}`, bytes),
  });
  const leaves = Array.from({ length: TREE_LEAVES }, (_, i) => leafHash(Uint8Array.of(i, i >> 8, i >> 16)));
  const edge = new RightEdge();
  const append = await seconds(() => tree.append(leaves));
  const proofs = await seconds(() => {
    for (let i = 0; i < TREE_LEAVES; i++) {
      inclusionProof(tree.subtree, (i * 7919) % TREE_LEAVES, TREE_LEAVES, edge.root);
    }
  });
  const rows: [string, number][] = [
    [`Merkle tree of ${TREE_LEAVES} in memory: append`, append],
    ['Merkle tree in memory: inclusion proof', proofs],
    ['Merkle tree in memory: append and proof', append + proofs],
  ];
  return rows.map(([what, time]) => ({
    what,
    'entries/s': rate(TREE_LEAVES, time),
    'of bare SQLite': '',
  }));
}

/** Entries a second through the log, and through a bare SQLite table with the same commits. */
async function logRows(folder: string): Promise<Row[]> {
  const home = join(folder, 'store');
  let store = openStore(home);
  await store.log.append(receiptRequest('warm', { sign: stubSign }));
  const requests = Array.from({ length: ENTRIES }, (_, i) => cheapRequest(i));
  const append = await seconds(() => store.log.appendMany(requests));
  const prove = (): void => {
    const { size } = store.log;
    for (let i = 0; i < ENTRIES; i++) store.log.inclusion((i * 7919) % size, size);
  };
  const proofs = await seconds(prove);
  store.close();
  store = openStore(home);
  const cold = await seconds(prove);
  const sequential = await seconds(async () => {
    for (let i = 0; i < SEQUENTIAL_ENTRIES; i++) await store.log.append(receiptRequest(`alone ${i}`));
  });
  const signer = keySigner(`0x${'11'.repeat(32)}`);
  const domains = { chainId: 1, nodes: signer.address, escrow: signer.address, datasets: signer.address };
  const signed = await seconds(() =>
    store.log.appendMany(
      Array.from({ length: SIGNED_ENTRIES }, (_, i) =>
        receiptRequest(`signed ${i}`, {
          sign: async message => {
            const digest = statementDigest('Receipt', message, domains);
            return { digest, signature: await signer.signDigest(digest) };
          },
        }),
      ),
    ),
  );
  store.close();
  const bare = await bareInserts(join(folder, 'bare.sqlite'), 1024, ENTRIES);
  const bareAlone = await bareInserts(join(folder, 'bare-alone.sqlite'), 1, SEQUENTIAL_ENTRIES * 2);
  return [
    {
      what: 'durable log: append, many at once, signing not included',
      'entries/s': rate(ENTRIES, append),
      'of bare SQLite': ratio(bare, append),
    },
    { what: 'durable log: inclusion proof', 'entries/s': rate(ENTRIES, proofs), 'of bare SQLite': '' },
    {
      what: 'durable log: inclusion proof after a restart',
      'entries/s': rate(ENTRIES, cold),
      'of bare SQLite': '',
    },
    {
      what: 'durable log: append and proof, signing not included',
      'entries/s': rate(ENTRIES, append + proofs),
      'of bare SQLite': ratio(bare, append + proofs),
    },
    {
      what: 'durable log: append, one after the other (two commits each), signing not included',
      'entries/s': rate(SEQUENTIAL_ENTRIES, sequential),
      'of bare SQLite': ratio(bareAlone, sequential),
    },
    {
      what: 'durable log: append with real signatures',
      'entries/s': rate(SIGNED_ENTRIES, signed),
      'of bare SQLite': '',
    },
  ];
}

/** Seconds for `count` rows of a receipt's size in commits of `group` rows. */
async function bareInserts(path: string, group: number, count: number): Promise<number> {
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a TEXT UNIQUE, b TEXT, c BLOB)',
  );
  const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?)');
  const message = 'x'.repeat(800);
  const signature = new Uint8Array(129);
  const time = await seconds(() => {
    for (let i = 0; i < count; i += group) {
      database.exec('BEGIN');
      for (let j = i; j < Math.min(count, i + group); j++) insert.run(`receipt:${j}`, message, signature);
      database.exec('COMMIT');
    }
  });
  database.close();
  return time;
}

async function blobRows(store: Store, folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [what, size, count] of [
    [`${SMALL_BLOBS} blobs of 4 KiB`, SMALL_BYTES, SMALL_BLOBS],
    ['one blob of 32 MiB', LARGE_BYTES, 1],
  ] as const) {
    const contents = Array.from({ length: count }, (_, i) => {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += 512) bytes[at] = (at >> 9) + i;
      new DataView(bytes.buffer).setUint32(1, i);
      return bytes;
    });
    const cids: string[] = [];
    const put = await seconds(async () => {
      for (const bytes of contents) cids.push(await store.blobs.put(bytes, 'public'));
    });
    const get = await seconds(async () => {
      for (const cid of cids) await store.blobs.get(cid);
    });
    const raw = await seconds(async () => {
      for (const [i, bytes] of contents.entries()) await plainWrite(join(folder, `raw-${size}-${i}`), bytes);
    });
    const megabytes = (size * count) / 1e6;
    rows.push({
      what,
      'put MB/s': round(megabytes / put),
      'verified get MB/s': round(megabytes / get),
      'write and fsync MB/s': round(megabytes / raw),
      'put over write': round(put / raw),
    });
  }
  return rows;
}

async function plainWrite(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'w');
  await handle.writeFile(bytes);
  await handle.sync();
  await handle.close();
}

const round = (value: number): number => Math.round(value * 100) / 100;
const ratio = (bare: number, ours: number): string => `${round((100 * bare) / ours)} %`;

export default async function bench(): Promise<{ title: string; rows: Row[]; note?: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-bench-'));
  const store = openStore(join(folder, 'blobs'));
  try {
    const rows = [...(await treeRows()), ...(await logRows(folder)), ...(await blobRows(store, folder))];
    return {
      title: 'Store: log and blobs',
      rows,
      note: 'The tree alone is what grows and proves; the aim is 20,000 entries a second for append and proof together. The durable log also checks each message, reserves it, signs (a stand-in, unless said) and seals; every commit is flushed to disk.',
    };
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
