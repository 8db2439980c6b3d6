import { fail } from './errno.ts';
import type { Directory, MemoryFile } from './files.ts';

/** Rights of WASI preview 1 this host grants. */
export const RIGHT = {
  READ: 1n << 1n,
  SEEK: 1n << 2n,
  TELL: 1n << 5n,
  WRITE: 1n << 6n,
} as const;

const FILE_COMMON = (1n << 0n) | (1n << 2n) | (1n << 3n) | (1n << 4n) | (1n << 5n) | (1n << 7n) | (1n << 21n);
/** What a file under /in can be opened for: data sync, seek, flags, sync, tell, advise, stat; read. */
const IN_FILE = FILE_COMMON | RIGHT.READ | (1n << 27n);
/** The same under /out: write, allocate, set size. */
const OUT_FILE = FILE_COMMON | RIGHT.WRITE | (1n << 8n) | (1n << 22n) | (1n << 27n);
/** Open, read directory, stat. */
const IN_DIRECTORY = (1n << 13n) | (1n << 14n) | (1n << 18n) | (1n << 21n);
/** The same, and create, rename, unlink. */
const OUT_DIRECTORY = IN_DIRECTORY | (1n << 10n) | (1n << 16n) | (1n << 17n) | (1n << 26n);

export const FILE_TYPE = { UNKNOWN: 0, DIRECTORY: 3, REGULAR: 4 } as const;

export interface StreamDescriptor {
  readonly kind: 'stream';
  readonly name: 'stdin' | 'stdout' | 'stderr';
  readonly file: MemoryFile;
}

export interface FileDescriptor {
  readonly kind: 'file';
  readonly file: MemoryFile;
  offset: number;
  isAppending: boolean;
  rights: bigint;
}

export interface DirectoryDescriptor {
  readonly kind: 'directory';
  readonly directory: Directory;
  /** Path it was opened under before the program began. */
  readonly preopened: string | undefined;
}

export type Descriptor = StreamDescriptor | FileDescriptor | DirectoryDescriptor;

/** Rights of a descriptor and, of a directory, those of what is opened in it. */
export function rightsOf(descriptor: Descriptor): { base: bigint; inheriting: bigint } {
  if (descriptor.kind === 'file') return { base: descriptor.rights, inheriting: 0n };
  if (descriptor.kind === 'stream')
    return { base: descriptor.name === 'stdin' ? RIGHT.READ : RIGHT.WRITE, inheriting: 0n };
  const { isWritable } = descriptor.directory;
  return {
    base: isWritable ? OUT_DIRECTORY : IN_DIRECTORY,
    inheriting: (isWritable ? OUT_FILE : IN_FILE) | (isWritable ? OUT_DIRECTORY : IN_DIRECTORY),
  };
}

/** Rights a file opened in a directory may have at most. */
export function fileRights(directory: Directory): bigint {
  return directory.isWritable ? OUT_FILE : IN_FILE;
}

/** Most descriptors a program may hold at once. */
const MAX_DESCRIPTORS = 1024;

/** The table of descriptors; a new one always gets the lowest free number. */
export class Descriptors {
  private readonly table = new Map<number, Descriptor>();
  /** Descriptors the program began with. */
  private readonly first: number;

  constructor(initial: readonly Descriptor[]) {
    initial.forEach((descriptor, fd) => {
      this.table.set(fd, descriptor);
    });
    this.first = initial.length;
  }

  get(fd: number): Descriptor {
    return this.table.get(fd >>> 0) ?? fail('BADF');
  }

  file(fd: number): FileDescriptor {
    const descriptor = this.get(fd);
    if (descriptor.kind === 'directory') fail('ISDIR');
    if (descriptor.kind === 'stream') fail('SPIPE');
    return descriptor;
  }

  directory(fd: number): DirectoryDescriptor {
    const descriptor = this.get(fd);
    return descriptor.kind === 'directory' ? descriptor : fail('NOTDIR');
  }

  open(descriptor: Descriptor): number {
    for (let fd = 0; fd < MAX_DESCRIPTORS; fd++) {
      if (this.table.has(fd)) continue;
      this.table.set(fd, descriptor);
      return fd;
    }
    return fail('MFILE');
  }

  close(fd: number): void {
    this.get(fd);
    this.table.delete(fd >>> 0);
  }

  renumber(from: number, to: number): void {
    const descriptor = this.get(from);
    this.get(to);
    this.table.delete(from >>> 0);
    this.table.set(to >>> 0, descriptor);
  }

  /** Whether the table is what the program began with: nothing a next step would see and the root not. */
  isInitial(initial: readonly Descriptor[]): boolean {
    return (
      this.table.size === this.first && initial.every((descriptor, fd) => this.table.get(fd) === descriptor)
    );
  }
}
