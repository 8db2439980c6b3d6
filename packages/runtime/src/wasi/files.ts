import { EXIT } from '../profile.ts';
import { compareBytes } from '../state/bytes.ts';
import type { Hash } from '../state/merkleRoot.ts';
import { fail } from './errno.ts';
import { Stop } from './stop.ts';

/** Most files under /out. */
export const MAX_FILES = 1024;
/** Most bytes of a file name. */
export const MAX_NAME_BYTES = 255;

/** A file in memory. What lies past `size` in its buffer is not part of it. */
export class MemoryFile {
  inode: bigint;
  private readonly quota: Quota | undefined;
  private buffer: Uint8Array;
  size: number;
  /** Contents and sha-256 as of the last change, once somebody asked. */
  private copy: Uint8Array | undefined;
  private digest: Uint8Array | undefined;

  /** A file without a quota cannot be written. */
  constructor(inode: bigint, contents: Uint8Array, quota?: Quota) {
    this.inode = inode;
    this.buffer = contents;
    this.size = contents.length;
    this.quota = quota;
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.size);
  }

  /** The contents; they stay what they are when the file changes. */
  snapshot(): Uint8Array {
    this.copy ??= this.bytes().slice();
    return this.copy;
  }

  /** sha-256 of the contents, computed once for each change. */
  sha256(hash: Hash): Uint8Array {
    this.digest ??= hash(this.bytes());
    return this.digest;
  }

  private changes(): void {
    this.copy = undefined;
    this.digest = undefined;
  }

  read(offset: number, length: number): Uint8Array {
    const start = Math.min(offset, this.size);
    return this.buffer.subarray(start, Math.min(this.size, start + length));
  }

  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const end = offset + bytes.length;
    if (end > this.size) this.resize(end);
    this.changes();
    this.buffer.set(bytes, offset);
  }

  resize(size: number): void {
    this.changes();
    this.quota!.take(size - this.size);
    if (size > this.buffer.length) {
      const grown = new Uint8Array(Math.max(size, Math.min(this.buffer.length * 2, size + (64 << 20))));
      grown.set(this.bytes());
      this.buffer = grown;
    } else this.buffer.fill(0, size, this.size);
    this.size = size;
  }
}

/** What may still be written: /out, stdout and stderr share it. */
export class Quota {
  private left: number;
  constructor(bytes: number) {
    this.left = bytes;
  }

  take(bytes: number): void {
    if (bytes > this.left) throw new Stop(EXIT.OUTPUT_TOO_LARGE);
    this.left -= bytes;
  }

  /** Begins anew with so many bytes. */
  reset(bytes: number): void {
    this.left = bytes;
  }
}

/** One flat directory. */
export class Directory {
  readonly inode: bigint;
  readonly isWritable: boolean;
  private readonly files = new Map<string, MemoryFile>();
  private readonly quota: Quota | undefined;
  private readonly firstInode: bigint;
  private nextInode: bigint;

  /** A directory with a quota is written only, one without read only. */
  constructor(inode: bigint, firstInode: bigint, quota?: Quota) {
    this.inode = inode;
    this.firstInode = firstInode;
    this.nextInode = firstInode;
    this.quota = quota;
    this.isWritable = quota !== undefined;
  }

  /** Puts a file in place before the program runs. */
  place(name: string, contents: Uint8Array): void {
    this.files.set(name, new MemoryFile(this.nextInode++, contents));
  }

  /** Puts a file in place as an earlier step left it, in order of the names. */
  restore(name: string, contents: Uint8Array): void {
    this.create(name).write(0, contents);
  }

  /** Numbers the files in order of their names, as if they had been created so. */
  renumber(): void {
    this.nextInode = this.firstInode;
    for (const [, file] of this.entries()) file.inode = this.nextInode++;
  }

  get(name: string): MemoryFile | undefined {
    return this.files.get(name);
  }

  create(name: string): MemoryFile {
    if (this.files.size >= MAX_FILES) fail('NOSPC');
    const file = new MemoryFile(this.nextInode++, new Uint8Array(), this.quota);
    this.files.set(name, file);
    return file;
  }

  remove(name: string): void {
    if (!this.files.delete(name)) fail('NOENT');
  }

  rename(from: string, to: string): void {
    const file = this.files.get(from) ?? fail('NOENT');
    this.files.delete(from);
    this.files.set(to, file);
  }

  /** Name and file of every entry, in order of the bytes of their names. */
  entries(): [Uint8Array, MemoryFile][] {
    const encoder = new TextEncoder();
    const rows = [...this.files].map(([name, file]): [Uint8Array, MemoryFile] => [
      encoder.encode(name),
      file,
    ]);
    return rows.sort(([a], [b]) => compareBytes(a, b));
  }

  contents(): Map<string, Uint8Array> {
    const decoder = new TextDecoder();
    return new Map(this.entries().map(([name, file]) => [decoder.decode(name), file.snapshot()]));
  }
}
