import { equalBytes, fromHex, type Hex } from '@koinon/protocol';
import { digestOf, isSame } from '#platform';
import type { FaultPlan } from '../faults.ts';
import type { FileSystem } from '../files/fileSystem.ts';

const FOLDER = 'blobs';
const ASIDE = 'damaged';
const TEMPORARY = '.tmp';

/**
 * Files named by the digest of their bytes, in 256 folders by its first byte. A file appears whole or not at all:
 * written under a temporary name beside its place, flushed, renamed, and the folder flushed.
 */
export class PartFiles {
  readonly #files: FileSystem;
  readonly #faults: FaultPlan;
  readonly #shards: Set<string>;
  /** Whether the names of the folders are durable: an earlier process may have died before it made them so. */
  #areShardsSynced = false;
  #counter = 0;

  constructor(files: FileSystem, faults: FaultPlan) {
    this.#files = files;
    this.#faults = faults;
    files.makeFolder(FOLDER);
    this.#shards = new Set(files.list(FOLDER));
  }

  /** True when no file was ever written here. */
  get isEmpty(): boolean {
    return ![...this.#shards].some(shard => this.#files.list(`${FOLDER}/${shard}`).length > 0);
  }

  /** Writes the part unless exactly these bytes are there. `flush` must follow before anything relies on it. */
  async write(digest: Hex, bytes: Uint8Array): Promise<void> {
    const path = pathOf(digest);
    const present = await this.#files.read(path);
    if (present !== undefined && isSame(present, bytes)) return;
    await this.#makeShard(digest);
    const temporary = `${path}.${this.#counter++}${TEMPORARY}`;
    const file = await this.#files.create(temporary);
    const tidy = () => this.#files.removeNow(temporary);
    try {
      await this.#step('blob.write', () => file.write(bytes), tidy);
      await this.#step('blob.fsync', () => file.sync(), tidy);
    } finally {
      await file.close();
    }
    await this.#step('blob.rename', () => this.#files.rename(temporary, path), tidy);
  }

  /** Makes the names of these parts durable. */
  async flush(digests: Iterable<Hex>): Promise<void> {
    for (const shard of new Set([...digests].map(shardOf))) {
      await this.#step('blob.fsyncFolder', () => this.#files.syncFolder(`${FOLDER}/${shard}`));
    }
  }

  /** The bytes, whatever they are, or undefined when there is no such file. */
  read(digest: Hex): Promise<Uint8Array | undefined> {
    return this.#files.read(pathOf(digest));
  }

  /** Removes the file at once: nothing of this process runs between a caller's last look and this. */
  removeNow(digest: Hex): void {
    this.#faults.beforeWrite('blob.unlink');
    this.#files.removeNow(pathOf(digest));
    this.#faults.afterWrite('blob.unlink');
  }

  /** Moves a damaged file out of the way, keeping it for whoever wants to know why. */
  setAside(digest: Hex): void {
    const path = pathOf(digest);
    const bytes = this.#files.readNow(path);
    // A put may have healed it since.
    if (bytes === undefined || equalBytes(digestOf(bytes), fromHex(digest))) return;
    this.#files.makeFolder(ASIDE);
    this.#faults.beforeWrite('blob.setAside');
    this.#files.renameNow(path, `${ASIDE}/${digest.slice(2)}`);
    this.#faults.afterWrite('blob.setAside');
  }

  /** Removes what a killed process left: temporary files, and parts that no blob has. Only before the first use. */
  sweep(isKnown: (digest: Hex) => boolean): void {
    for (const shard of this.#shards) {
      for (const name of this.#files.list(`${FOLDER}/${shard}`)) {
        const keep = /^[0-9a-f]{64}$/.test(name) && isKnown(`0x${name}`);
        if (!keep) this.#files.removeNow(`${FOLDER}/${shard}/${name}`);
      }
    }
  }

  async #makeShard(digest: Hex): Promise<void> {
    const shard = shardOf(digest);
    if (this.#areShardsSynced && this.#shards.has(shard)) return;
    this.#files.makeFolder(`${FOLDER}/${shard}`);
    await this.#files.syncFolder(FOLDER);
    this.#shards.add(shard);
    this.#areShardsSynced = true;
  }

  async #step(
    name: 'blob.write' | 'blob.fsync' | 'blob.rename' | 'blob.fsyncFolder',
    work: () => Promise<void>,
    tidy: () => void = () => {},
  ): Promise<void> {
    this.#faults.beforeWrite(name);
    try {
      await work();
    } catch (error) {
      quietly(tidy);
      throw error;
    }
    this.#faults.afterWrite(name);
  }
}

/** Clears up after a failure, which is what is to be told; what can not be cleared now is swept at the next opening. */
export function quietly(tidy: () => void): void {
  try {
    tidy();
  } catch {}
}

function shardOf(digest: Hex): string {
  return digest.slice(2, 4);
}

function pathOf(digest: Hex): string {
  return `${FOLDER}/${shardOf(digest)}/${digest.slice(2)}`;
}
