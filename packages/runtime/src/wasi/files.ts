import { EXIT } from '../profile.ts';
import { compareBytes } from '../state/stateRoot.ts';
import { fail } from './errno.ts';
import { Stop } from './stop.ts';

/** Most files under /out. */
const MAX_FILES = 1024;
/** Most bytes of a file name. */
export const MAX_NAME_BYTES = 255;

/** A file in memory. What lies past `size` in its buffer is not part of it. */
export class MemoryFile {
  readonly inode: bigint;
  private readonly quota: Quota | undefined;
  private buffer: Uint8Array;
  size: number;

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

  read(offset: number, length: number): Uint8Array {
    const start = Math.min(offset, this.size);
    return this.buffer.subarray(start, Math.min(this.size, start + length));
  }

  write(offset: number, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const end = offset + bytes.length;
    if (end > this.size) this.resize(end);
    this.buffer.set(bytes, offset);
  }

  resize(size: number): void {
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
}

/** One flat directory. */
export class Directory {
  readonly inode: bigint;
  readonly isWritable: boolean;
  private readonly files = new Map<string, MemoryFile>();
  private readonly quota: Quota | undefined;
  private nextInode: bigint;

  /** A directory with a quota is written only, one without read only. */
  constructor(inode: bigint, firstInode: bigint, quota?: Quota) {
    this.inode = inode;
    this.nextInode = firstInode;
    this.quota = quota;
    this.isWritable = quota !== undefined;
  }

  /** Puts a file in place before the program runs. */
  place(name: string, contents: Uint8Array): void {
    this.files.set(name, new MemoryFile(this.nextInode++, contents));
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
    return new Map(this.entries().map(([name, file]) => [decoder.decode(name), file.bytes().slice()]));
  }
}
