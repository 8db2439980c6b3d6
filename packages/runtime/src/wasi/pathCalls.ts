import { fileRights } from './descriptors.ts';
import { fail } from './errno.ts';
import { type Directory, MAX_NAME_BYTES } from './files.ts';
import type { Calls, WasiHost } from './host.ts';
import { statOfDirectory, statOfFile, writeStat } from './stat.ts';

const OPEN = { CREATE: 1, DIRECTORY: 2, EXCLUSIVE: 4, TRUNCATE: 8 } as const;
const APPEND = 1;
const MAX_PATH_BYTES = 4096;

/** Calls on paths. Directories are flat; a path that would leave its directory is ENOTCAPABLE. */
export function pathCalls(host: WasiHost): Calls {
  const { descriptors } = host;

  /** Directory and name a path means; an empty name is the directory itself. */
  const resolve = (fd: number, pointer: number, length: number): { directory: Directory; name: string } => {
    const { directory } = descriptors.directory(fd);
    if (length >>> 0 > MAX_PATH_BYTES) fail('NAMETOOLONG');
    const path = host.memory.text(pointer, length);
    host.chargeBytes(length);
    if (path === '') fail('NOENT');
    if (path.startsWith('/')) fail('NOTCAPABLE');
    if (path.includes('\0')) fail('INVAL');
    const parts = path.split('/').filter(part => part !== '' && part !== '.');
    if (parts.includes('..')) fail('NOTCAPABLE');
    const [name = '', ...more] = parts;
    if (more.length > 0) fail(directory.get(name) === undefined ? 'NOENT' : 'NOTDIR');
    if (name !== '' && path.endsWith('/')) fail(directory.get(name) === undefined ? 'NOENT' : 'NOTDIR');
    if (new TextEncoder().encode(name).length > MAX_NAME_BYTES) fail('NAMETOOLONG');
    return { directory, name };
  };

  const changeable = (
    fd: number,
    pointer: number,
    length: number,
  ): { directory: Directory; name: string } => {
    const place = resolve(fd, pointer, length);
    if (!place.directory.isWritable) fail('ROFS');
    return place;
  };

  return {
    path_open: (
      fd: number,
      _lookup: number,
      pointer: number,
      length: number,
      flags: number,
      rights: bigint,
      _inheriting: bigint,
      fdFlags: number,
      opened: number,
    ) => {
      const { directory, name } = resolve(fd, pointer, length);
      host.memory.bytes(opened, 4);
      if (name === '') {
        if ((flags & (OPEN.CREATE | OPEN.TRUNCATE | OPEN.EXCLUSIVE)) !== 0) fail('ISDIR');
        host.memory.setU32(opened, descriptors.open({ kind: 'directory', directory, preopened: undefined }));
        return 0;
      }
      let file = directory.get(name);
      if ((flags & OPEN.DIRECTORY) !== 0) fail(file === undefined ? 'NOENT' : 'NOTDIR');
      if (file !== undefined && (flags & OPEN.CREATE) !== 0 && (flags & OPEN.EXCLUSIVE) !== 0) fail('EXIST');
      if (!directory.isWritable && (flags & (OPEN.CREATE | OPEN.TRUNCATE)) !== 0) fail('ROFS');
      if (file === undefined && (flags & OPEN.CREATE) === 0) fail('NOENT');
      file ??= directory.create(name);
      if ((flags & OPEN.TRUNCATE) !== 0) file.resize(0);
      const descriptor = {
        kind: 'file' as const,
        file,
        offset: 0,
        isAppending: (fdFlags & APPEND) !== 0,
        rights: rights & fileRights(directory),
      };
      host.memory.setU32(opened, descriptors.open(descriptor));
      return 0;
    },
    path_filestat_get: (fd: number, _lookup: number, pointer: number, length: number, stat: number) => {
      const { directory, name } = resolve(fd, pointer, length);
      if (name === '') writeStat(host, stat, statOfDirectory(directory));
      else writeStat(host, stat, statOfFile(directory.get(name) ?? fail('NOENT')));
      return 0;
    },
    path_filestat_set_times: (fd: number, _lookup: number, pointer: number, length: number) => {
      resolve(fd, pointer, length);
      return fail('NOTSUP');
    },
    path_unlink_file: (fd: number, pointer: number, length: number) => {
      const { directory, name } = changeable(fd, pointer, length);
      if (name === '') fail('ISDIR');
      directory.remove(name);
      return 0;
    },
    path_rename: (
      fd: number,
      pointer: number,
      length: number,
      toFd: number,
      toPointer: number,
      toLength: number,
    ) => {
      const from = changeable(fd, pointer, length);
      const to = changeable(toFd, toPointer, toLength);
      if (from.directory !== to.directory) fail('XDEV');
      if (from.name === '' || to.name === '') fail('INVAL');
      from.directory.rename(from.name, to.name);
      return 0;
    },
    path_create_directory: (fd: number, pointer: number, length: number) => {
      const { directory, name } = changeable(fd, pointer, length);
      return fail(name === '' || directory.get(name) !== undefined ? 'EXIST' : 'NOTSUP');
    },
    path_remove_directory: (fd: number, pointer: number, length: number) => {
      const { directory, name } = changeable(fd, pointer, length);
      return fail(name === '' ? 'INVAL' : directory.get(name) === undefined ? 'NOENT' : 'NOTDIR');
    },
    path_readlink: (fd: number, pointer: number, length: number) => {
      const { directory, name } = resolve(fd, pointer, length);
      return fail(name !== '' && directory.get(name) === undefined ? 'NOENT' : 'INVAL');
    },
    path_link: () => fail('NOTSUP'),
    path_symlink: () => fail('NOTSUP'),
  };
}
