import { type Descriptor, FILE_TYPE } from './descriptors.ts';
import type { Directory, MemoryFile } from './files.ts';
import type { WasiHost } from './host.ts';

/** Writes a `filestat` (64 bytes): device 1, one link, every time the start of the program's clock. */
export function writeStat(
  host: WasiHost,
  pointer: number,
  of: { inode: bigint; type: number; size: number },
): void {
  const view = host.memory.structure(pointer, 64);
  view.setBigUint64(0, 1n, true);
  view.setBigUint64(8, of.inode, true);
  view.setUint8(16, of.type);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, BigInt(of.size), true);
  const time = BigInt.asUintN(64, host.input.timeMs * 1_000_000n);
  for (const at of [40, 48, 56]) view.setBigUint64(at, time, true);
}

export function statOfFile(file: MemoryFile): { inode: bigint; type: number; size: number } {
  return { inode: file.inode, type: FILE_TYPE.REGULAR, size: file.size };
}

export function statOfDirectory(directory: Directory): { inode: bigint; type: number; size: number } {
  return { inode: directory.inode, type: FILE_TYPE.DIRECTORY, size: 0 };
}

export function statOf(descriptor: Descriptor): { inode: bigint; type: number; size: number } {
  if (descriptor.kind === 'directory') return statOfDirectory(descriptor.directory);
  if (descriptor.kind === 'file') return statOfFile(descriptor.file);
  return { inode: descriptor.file.inode, type: FILE_TYPE.UNKNOWN, size: 0 };
}
