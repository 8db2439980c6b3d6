import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { equalBytes, fromHex, type Hex } from '@koinon/protocol';
import type { FaultPlan } from '../faults.ts';
import { digestOf } from './digest.ts';

const TEMPORARY = '.tmp';

/**
 * Files named by the digest of their bytes, in 256 folders by its first byte. A file appears whole or not at all:
 * written under a temporary name beside its place, flushed, renamed, and the folder flushed.
 */
export class PartFiles {
  readonly #folder: string;
  readonly #asideFolder: string;
  readonly #faults: FaultPlan;
  readonly #shards: Set<string>;
  #counter = 0;

  constructor(folder: string, asideFolder: string, faults: FaultPlan) {
    this.#folder = folder;
    this.#asideFolder = asideFolder;
    this.#faults = faults;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#shards = new Set(readdirSync(folder));
  }

  /** True when no file was ever written here. */
  get isEmpty(): boolean {
    return ![...this.#shards].some(shard => readdirSync(join(this.#folder, shard)).length > 0);
  }

  /** Writes the part unless exactly these bytes are there. `flush` must follow before anything relies on it. */
  async write(digest: Hex, bytes: Uint8Array): Promise<void> {
    const path = this.#path(digest);
    const present = await this.#readIfPresent(path);
    if (present !== undefined && Buffer.compare(present, bytes) === 0) return;
    await this.#makeShard(digest);
    const temporary = `${path}.${this.#counter++}${TEMPORARY}`;
    const handle = await open(temporary, 'w', 0o600);
    try {
      await this.#step('blob.write', () => handle.writeFile(bytes));
      await this.#step('blob.fsync', () => handle.sync());
    } finally {
      await handle.close();
    }
    await this.#step('blob.rename', () => rename(temporary, path));
  }

  /** Makes the names of these parts durable. */
  async flush(digests: Iterable<Hex>): Promise<void> {
    for (const shard of new Set([...digests].map(shardOf))) {
      await this.#step('blob.fsyncFolder', () => syncFolder(join(this.#folder, shard)));
    }
  }

  /** The bytes, whatever they are, or undefined when there is no such file. */
  read(digest: Hex): Promise<Uint8Array | undefined> {
    return this.#readIfPresent(this.#path(digest));
  }

  /** Removes the file at once: nothing of this process runs between a caller's last look and this. */
  removeNow(digest: Hex): void {
    this.#faults.beforeWrite('blob.unlink');
    rmSync(this.#path(digest), { force: true });
    this.#faults.afterWrite('blob.unlink');
  }

  /** Moves a damaged file out of the way, keeping it for whoever wants to know why. */
  setAside(digest: Hex): void {
    const path = this.#path(digest);
    try {
      // A put may have healed it since.
      if (equalBytes(digestOf(readFileSync(path)), fromHex(digest))) return;
    } catch {
      return;
    }
    mkdirSync(this.#asideFolder, { recursive: true, mode: 0o700 });
    this.#faults.beforeWrite('blob.setAside');
    renameSync(path, join(this.#asideFolder, digest.slice(2)));
    this.#faults.afterWrite('blob.setAside');
  }

  /** Removes what a killed process left: temporary files, and parts that no blob has. Only before the first use. */
  sweep(isKnown: (digest: Hex) => boolean): void {
    for (const shard of this.#shards) {
      for (const name of readdirSync(join(this.#folder, shard))) {
        const keep = /^[0-9a-f]{64}$/.test(name) && isKnown(`0x${name}`);
        if (!keep) unlinkSync(join(this.#folder, shard, name));
      }
    }
  }

  async #makeShard(digest: Hex): Promise<void> {
    const shard = shardOf(digest);
    if (this.#shards.has(shard)) return;
    await mkdir(join(this.#folder, shard), { recursive: true, mode: 0o700 });
    await syncFolder(this.#folder);
    this.#shards.add(shard);
  }

  #path(digest: Hex): string {
    return join(this.#folder, shardOf(digest), digest.slice(2));
  }

  async #readIfPresent(path: string): Promise<Uint8Array | undefined> {
    try {
      const bytes = await readFile(path);
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #step(
    name: 'blob.write' | 'blob.fsync' | 'blob.rename' | 'blob.fsyncFolder',
    work: () => Promise<void>,
  ): Promise<void> {
    this.#faults.beforeWrite(name);
    await work();
    this.#faults.afterWrite(name);
  }
}

function shardOf(digest: Hex): string {
  return digest.slice(2, 4);
}

async function syncFolder(path: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
