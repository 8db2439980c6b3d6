import { BLOB_CHUNK_BYTES, type Cid } from '@koinon/protocol';
import type { AppendRequest, FaultPlan, Store } from '../src/index.ts';
import { receiptRequest, stubSign } from './fixtures.ts';
import type { Place } from './places.ts';

/** What a node was told is durable, and what its key signed, up to the moment it died. */
export interface Witness {
  kept(cid: Cid, content: number, visibility: 'public' | 'private'): void;
  deleted(cid: Cid): void;
  logged(key: string, index: number, digest: string): void;
  signed(index: number, message: string): void;
}

/** The bytes of blob number `content`: two small ones and two of two chunks, the first chunk shared. */
export function blobContent(content: number): Uint8Array {
  if (content < 2) return new Uint8Array(100).fill(content + 1);
  const bytes = new Uint8Array(BLOB_CHUNK_BYTES + content);
  bytes.fill(content, BLOB_CHUNK_BYTES);
  return bytes;
}

export const describeMessage = (message: object): string =>
  JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? value.toString() : value));

/** A little of everything a node does with its store. Can be run again over what an earlier run left. */
export async function runWorkload(place: Place, faults: FaultPlan, witness: Witness): Promise<void> {
  const store = place.open({ faults });
  try {
    await store.log.recover(async entry => {
      witness.signed(entry.index, describeMessage(entry.message));
      return stubSign(entry.message);
    });
    for (const [content, visibility] of [
      [0, 'private'],
      [2, 'public'],
      [3, 'private'],
    ] as const) {
      witness.kept(await store.blobs.put(blobContent(content), visibility), content, visibility);
    }
    await logAll(store, witness, ['a']);
    await logAll(store, witness, ['b', 'c', 'd']);
    const doomed = await store.blobs.put(blobContent(1), 'public');
    await store.blobs.delete(doomed);
    witness.deleted(doomed);
    await logAll(store, witness, ['a', 'e']);
  } finally {
    store.close();
  }
}

async function logAll(store: Store, witness: Witness, names: string[]): Promise<void> {
  const requests = names.map((name): AppendRequest<'Receipt'> => {
    const request = receiptRequest(name);
    return {
      ...request,
      sign: message => {
        witness.signed(Number(message.logIndex), describeMessage(message));
        return stubSign(message);
      },
    };
  });
  for (const entry of await store.log.appendMany(requests))
    witness.logged(entry.key, entry.index, entry.digest);
}

/** Remembers everything, and fails at once when one index gets two messages or one key two entries. */
export class Memory implements Witness {
  readonly blobs = new Map<Cid, { content: number; visibility: 'public' | 'private' }>();
  readonly gone = new Set<Cid>();
  readonly entries = new Map<string, { index: number; digest: string }>();
  readonly messages = new Map<number, string>();

  kept(cid: Cid, content: number, visibility: 'public' | 'private'): void {
    this.blobs.set(cid, { content, visibility });
  }

  deleted(cid: Cid): void {
    this.gone.add(cid);
  }

  logged(key: string, index: number, digest: string): void {
    const before = this.entries.get(key);
    if (before !== undefined && (before.index !== index || before.digest !== digest)) {
      throw new Error(`two entries for ${key}`);
    }
    this.entries.set(key, { index, digest });
  }

  signed(index: number, message: string): void {
    if ((this.messages.get(index) ?? message) !== message)
      throw new Error(`two messages signed for ${index}`);
    this.messages.set(index, message);
  }
}
