import type { FileSystem } from './fileSystem.ts';

interface File {
  /** Never changed, only replaced. */
  bytes: Uint8Array;
  /** What a power failure leaves of it. */
  synced: Uint8Array;
}

interface Folder {
  names: Map<string, File | Folder>;
  /** What a power failure leaves of it. */
  synced: ReadonlyMap<string, File | Folder>;
}

/** Every file by its path, in the order of the paths. */
export type FilesCopy = ReadonlyMap<string, Uint8Array>;

/** Files in memory that know what a power failure would take. Whatever is asked is done at once, before a promise is given. */
export interface MemoryFiles extends FileSystem {
  /** The power fails: contents and names go back to what was last synced, a content never synced to nothing. */
  fail(): void;
  /** All files as they are now. */
  copy(): FilesCopy;
  /** Goes back to a copy, all of it synced. */
  restore(copy: FilesCopy): void;
}

const NOTHING = new Uint8Array(0);

export function memoryFiles(): MemoryFiles {
  let root = newFolder();

  function at(path: string): File | Folder | undefined {
    let place: File | Folder | undefined = root;
    for (const name of path.split('/')) place = place && 'names' in place ? place.names.get(name) : undefined;
    return place;
  }

  function fileAt(path: string): File | undefined {
    const found = at(path);
    return found && 'bytes' in found ? found : undefined;
  }

  function folderAt(path: string): Folder {
    const found = path === '' ? root : at(path);
    if (found && 'names' in found) return found;
    throw absent(path);
  }

  function makeFolder(path: string): void {
    let place = root;
    for (const name of path.split('/')) {
      const next: File | Folder = place.names.get(name) ?? newFolder();
      if (!('names' in next)) throw absent(path);
      place.names.set(name, next);
      place = next;
    }
  }

  function put(path: string, file: File): void {
    const [folder, name] = apart(path);
    folderAt(folder).names.set(name, file);
  }

  function renameNow(from: string, to: string): void {
    const file = fileAt(from);
    if (file === undefined) throw absent(from);
    put(to, file);
    removeNow(from);
  }

  function removeNow(path: string): void {
    const [folder, name] = apart(path);
    const found = folder === '' ? root : at(folder);
    if (found && 'names' in found) found.names.delete(name);
  }

  const readNow = (path: string): Uint8Array | undefined => fileAt(path)?.bytes.slice();

  return {
    makeFolder,
    list: path => [...(at(path) === undefined ? [] : folderAt(path).names.keys())],
    create: async path => {
      const file: File = fileAt(path) ?? { bytes: NOTHING, synced: NOTHING };
      file.bytes = NOTHING;
      put(path, file);
      return {
        write: async bytes => {
          file.bytes = new Uint8Array(bytes);
        },
        sync: async () => {
          file.synced = file.bytes;
        },
        close: async () => {},
      };
    },
    read: async path => readNow(path),
    readNow,
    rename: async (from, to) => renameNow(from, to),
    renameNow,
    removeNow,
    syncFolder: async path => {
      const folder = folderAt(path);
      folder.synced = new Map(folder.names);
    },
    fail: () => fallBack(root),
    copy: () => new Map(filesBelow(root, '').sort(([a], [b]) => (a < b ? -1 : 1))),
    restore: copy => {
      root = newFolder();
      for (const [path, bytes] of copy) {
        const [folder] = apart(path);
        if (folder !== '') makeFolder(folder);
        put(path, { bytes, synced: bytes });
      }
      settle(root);
    },
  };
}

function newFolder(): Folder {
  return { names: new Map(), synced: new Map() };
}

function apart(path: string): [folder: string, name: string] {
  const end = path.lastIndexOf('/');
  return [path.slice(0, Math.max(0, end)), path.slice(end + 1)];
}

function fallBack(place: File | Folder): void {
  if ('bytes' in place) {
    place.bytes = place.synced;
    return;
  }
  place.names = new Map(place.synced);
  for (const below of place.names.values()) fallBack(below);
}

function settle(folder: Folder): void {
  folder.synced = new Map(folder.names);
  for (const below of folder.names.values()) if ('names' in below) settle(below);
}

function filesBelow(folder: Folder, path: string): [string, Uint8Array][] {
  return [...folder.names].flatMap(([name, place]): [string, Uint8Array][] =>
    'names' in place ? filesBelow(place, `${path}${name}/`) : [[`${path}${name}`, place.bytes]],
  );
}

/** As Node says it. */
function absent(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });
}
