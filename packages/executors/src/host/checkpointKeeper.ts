import { equalBytes, fromHex, type Manifest, manifestDigest, sha256 } from '@koinon/protocol';
import type { CheckpointStore } from '../executor.ts';

/** A checkpoint above this is not taken: it passes through this process's memory on its way. */
export const CHECKPOINT_MAX_BYTES = 512 * 2 ** 20;

/**
 * Keeps the newest checkpoint of one manifest and writes one at a time: digest of the manifest (32) ‖ sha-256 of the
 * list of step roots (32) ‖ the checkpoint as the runtime encodes it. Nobody could tell a spoiled root in the list from a
 * right one, and it would end in a receipt; the state is checked against the last root when it is restored.
 */
export class CheckpointKeeper {
  readonly #store: CheckpointStore;
  readonly #manifest: Uint8Array;
  #waiting: Uint8Array | undefined;
  #writing: Promise<void> | undefined;

  constructor(store: CheckpointStore, manifest: Manifest) {
    this.#store = store;
    this.#manifest = fromHex(manifestDigest(manifest));
  }

  /** What was kept of this manifest, if anything was and it can be read. */
  async load(): Promise<Uint8Array | undefined> {
    const bytes = await this.#store.load().catch(() => undefined);
    if (!bytes || bytes.length < 68 || !equalBytes(bytes.subarray(0, 32), this.#manifest)) return undefined;
    const checkpoint = bytes.subarray(64);
    return equalBytes(bytes.subarray(32, 64), digestOfRoots(checkpoint)) ? checkpoint : undefined;
  }

  /** Keeps it as soon as the one before is written; what is overtaken meanwhile is not written at all. */
  keep(checkpoint: Uint8Array): void {
    this.#waiting = checkpoint;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(): Promise<void> {
    while (this.#waiting) {
      const checkpoint = this.#waiting;
      this.#waiting = undefined;
      const whole = new Uint8Array(64 + checkpoint.length);
      whole.set(this.#manifest);
      whole.set(digestOfRoots(checkpoint), 32);
      whole.set(checkpoint, 64);
      // A full disk costs the chance to go on after a crash, and nothing else.
      await this.#store.save(whole).catch(() => {});
    }
  }

  /** Resolves when nothing is being written any more. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  async clear(): Promise<void> {
    this.#waiting = undefined;
    await this.#writing;
    await this.#store.clear();
  }
}

/** The list stands first: its count in 4 bytes, 32 bytes each. */
function digestOfRoots(checkpoint: Uint8Array): Uint8Array {
  const count = new DataView(checkpoint.buffer, checkpoint.byteOffset).getUint32(0);
  return sha256(checkpoint.subarray(0, Math.min(4 + 32 * count, checkpoint.length)));
}
