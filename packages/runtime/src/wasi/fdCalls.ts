import { type FileDescriptor, RIGHT, rightsOf } from './descriptors.ts';
import { fail } from './errno.ts';
import type { Calls, WasiHost } from './host.ts';
import { statOf, writeStat } from './stat.ts';

const APPEND = 1;
const SEEK_FROM = { START: 0, CURRENT: 1, END: 2 } as const;

/** Calls on descriptors. Reads are short only at the end of a file, writes never. */
export function fdCalls(host: WasiHost): Calls {
  const { descriptors } = host;

  const offsetOf = (offset: bigint): number => {
    const unsigned = BigInt.asUintN(64, offset);
    if (unsigned > BigInt(Number.MAX_SAFE_INTEGER)) fail('INVAL');
    return Number(unsigned);
  };

  const readable = (fd: number): FileDescriptor => {
    const descriptor = descriptors.file(fd);
    return (descriptor.rights & RIGHT.READ) === 0n ? fail('NOTCAPABLE') : descriptor;
  };

  const writable = (fd: number): FileDescriptor => {
    const descriptor = descriptors.file(fd);
    return (descriptor.rights & RIGHT.WRITE) === 0n ? fail('NOTCAPABLE') : descriptor;
  };

  const readAt = (at: FileDescriptor, offset: number, buffers: readonly Uint8Array[]): number => {
    let done = 0;
    for (const buffer of buffers) {
      const bytes = at.file.read(offset + done, buffer.length);
      host.chargeBytes(bytes.length);
      buffer.set(bytes);
      done += bytes.length;
      if (bytes.length < buffer.length) break;
    }
    return done;
  };

  const writeAt = (
    write: (bytes: Uint8Array, done: number) => void,
    buffers: readonly Uint8Array[],
  ): number => {
    let done = 0;
    for (const buffer of buffers) {
      if (done + buffer.length > 0xffffffff) fail('INVAL');
      host.chargeBytes(buffer.length);
      write(buffer, done);
      done += buffer.length;
    }
    return done;
  };

  return {
    fd_advise: (fd: number) => {
      descriptors.file(fd);
      return 0;
    },
    fd_allocate: (fd: number, offset: bigint, length: bigint) => {
      const { file } = writable(fd);
      const end = offsetOf(BigInt.asUintN(64, offset) + BigInt.asUintN(64, length));
      if (end > file.size) {
        host.chargeBytes(end - file.size);
        file.resize(end);
      }
      return 0;
    },
    fd_close: (fd: number) => {
      descriptors.close(fd);
      return 0;
    },
    fd_datasync: (fd: number) => {
      descriptors.get(fd);
      return 0;
    },
    fd_sync: (fd: number) => {
      descriptors.get(fd);
      return 0;
    },
    fd_fdstat_get: (fd: number, pointer: number) => {
      const descriptor = descriptors.get(fd);
      const { base, inheriting } = rightsOf(descriptor);
      const view = host.memory.structure(pointer, 24);
      view.setUint8(0, statOf(descriptor).type);
      view.setUint16(2, descriptor.kind === 'file' && descriptor.isAppending ? APPEND : 0, true);
      view.setBigUint64(8, base, true);
      view.setBigUint64(16, inheriting, true);
      return 0;
    },
    fd_fdstat_set_flags: (fd: number, flags: number) => {
      descriptors.file(fd).isAppending = (flags & APPEND) !== 0;
      return 0;
    },
    fd_fdstat_set_rights: (fd: number, base: bigint) => {
      const descriptor = descriptors.file(fd);
      if ((base & ~descriptor.rights) !== 0n) fail('NOTCAPABLE');
      descriptor.rights = base;
      return 0;
    },
    fd_filestat_get: (fd: number, pointer: number) => {
      writeStat(host, pointer, statOf(descriptors.get(fd)));
      return 0;
    },
    fd_filestat_set_size: (fd: number, size: bigint) => {
      const { file } = writable(fd);
      const to = offsetOf(size);
      host.chargeBytes(Math.max(0, to - file.size));
      file.resize(to);
      return 0;
    },
    fd_pread: (fd: number, iovs: number, count: number, offset: bigint, done: number) => {
      const read = readAt(readable(fd), offsetOf(offset), host.memory.buffers(iovs, count));
      host.memory.setU32(done, read);
      return 0;
    },
    fd_pwrite: (fd: number, iovs: number, count: number, offset: bigint, done: number) => {
      const { file } = writable(fd);
      const from = offsetOf(offset);
      const written = writeAt((bytes, at) => file.write(from + at, bytes), host.memory.buffers(iovs, count));
      host.memory.setU32(done, written);
      return 0;
    },
    fd_prestat_get: (fd: number, pointer: number) => {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind !== 'directory' || descriptor.preopened === undefined) fail('BADF');
      host.memory.structure(pointer, 8).setUint32(4, descriptor.preopened.length, true);
      return 0;
    },
    fd_prestat_dir_name: (fd: number, pointer: number, length: number) => {
      const descriptor = descriptors.get(fd);
      if (descriptor.kind !== 'directory' || descriptor.preopened === undefined) fail('BADF');
      const name = new TextEncoder().encode(descriptor.preopened);
      if (name.length > length >>> 0) fail('NAMETOOLONG');
      host.memory.bytes(pointer, name.length).set(name);
      return 0;
    },
    fd_read: (fd: number, iovs: number, count: number, done: number) => {
      const descriptor = descriptors.get(fd);
      const buffers = host.memory.buffers(iovs, count);
      if (descriptor.kind === 'stream') {
        if (descriptor.name !== 'stdin') fail('NOTCAPABLE');
        host.memory.setU32(done, 0);
        return 0;
      }
      const at = readable(fd);
      const read = readAt(at, at.offset, buffers);
      at.offset += read;
      host.memory.setU32(done, read);
      return 0;
    },
    fd_write: (fd: number, iovs: number, count: number, done: number) => {
      const descriptor = descriptors.get(fd);
      const buffers = host.memory.buffers(iovs, count);
      let written: number;
      if (descriptor.kind === 'stream') {
        if (descriptor.name === 'stdin') fail('NOTCAPABLE');
        written = writeAt(bytes => descriptor.file.write(descriptor.file.size, bytes), buffers);
      } else {
        const at = writable(fd);
        if (at.isAppending) at.offset = at.file.size;
        const from = at.offset;
        written = writeAt((bytes, past) => at.file.write(from + past, bytes), buffers);
        at.offset = from + written;
      }
      host.memory.setU32(done, written);
      return 0;
    },
    fd_readdir: (fd: number, pointer: number, length: number, cookie: bigint, used: number) => {
      const { directory } = descriptors.directory(fd);
      const encoder = new TextEncoder();
      const rows: { name: Uint8Array; inode: bigint; type: number }[] = [
        { name: encoder.encode('.'), inode: directory.inode, type: 3 },
        { name: encoder.encode('..'), inode: directory.inode, type: 3 },
        ...directory.entries().map(([name, file]) => ({ name, inode: file.inode, type: 4 })),
      ];
      const buffer = host.memory.bytes(pointer, length);
      let at = 0;
      for (let i = offsetOf(cookie); i < rows.length && at < buffer.length; i++) {
        const { name, inode, type } = rows[i]!;
        const entry = new Uint8Array(24 + name.length);
        const view = new DataView(entry.buffer);
        view.setBigUint64(0, BigInt(i + 1), true);
        view.setBigUint64(8, inode, true);
        view.setUint32(16, name.length, true);
        view.setUint8(20, type);
        entry.set(name, 24);
        const part = entry.subarray(0, buffer.length - at);
        buffer.set(part, at);
        at += part.length;
      }
      host.chargeBytes(at + rows.length * 64);
      host.memory.setU32(used, at);
      return 0;
    },
    fd_renumber: (from: number, to: number) => {
      descriptors.renumber(from, to);
      return 0;
    },
    fd_seek: (fd: number, delta: bigint, whence: number, pointer: number) => {
      const descriptor = descriptors.file(fd);
      const base =
        whence === SEEK_FROM.START
          ? 0
          : whence === SEEK_FROM.CURRENT
            ? descriptor.offset
            : whence === SEEK_FROM.END
              ? descriptor.file.size
              : fail('INVAL');
      const to = BigInt(base) + delta;
      if (to < 0n || to > BigInt(Number.MAX_SAFE_INTEGER)) fail('INVAL');
      descriptor.offset = Number(to);
      host.memory.setU64(pointer, to);
      return 0;
    },
    fd_tell: (fd: number, pointer: number) => {
      host.memory.setU64(pointer, BigInt(descriptors.file(fd).offset));
      return 0;
    },
    fd_filestat_set_times: (fd: number) => {
      descriptors.get(fd);
      return fail('NOTSUP');
    },
  };
}
