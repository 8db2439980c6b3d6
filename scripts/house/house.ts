import { posix } from 'node:path';

/** What is built: every source file with what it imports, and the rules that it was built by. */
export interface House {
  floors: ReadonlyMap<string, number>;
  /** `importer → imported` for two packages on one floor. */
  sideways: readonly string[];
  /** The subpaths that each package's `exports` name, such as `.`, `./testing`, `./*`. */
  faces: ReadonlyMap<string, readonly string[]>;
  /** What each file imports, as it is written there, by the file's path from the repository's root. */
  imports: ReadonlyMap<string, readonly string[]>;
}

/** Where a file stands. */
export interface Place {
  /** The package's name, or the folder at the root that is none (`e2e`). */
  owner: string;
  isPackage: boolean;
  /** The service whose room it is in. */
  room?: string;
  /** Whether it never ships: tests and what they stand on, benches, build scripts. */
  isWorkshop: boolean;
  /** Whether it is build machinery. */
  isScript: boolean;
}

export function placeOf(file: string): Place {
  const parts = file.split('/');
  const isPackage = parts[0] === 'packages';
  const [owner, area] = (isPackage ? parts.slice(1) : parts) as [string, string | undefined];
  const isScript = owner === 'scripts' || area === 'scripts';
  const isWorkshop =
    !isPackage ||
    isScript ||
    area !== 'src' ||
    /\.(test|bench)\.tsx?$/.test(file) ||
    file.includes('/testing/');
  const inRoom = owner === 'services' && area === 'src' && parts.length > 4 && !isWorkshop;
  return { owner, isPackage, isWorkshop, isScript, ...(inRoom && { room: parts[3]! }) };
}

/** One import: a file of the repository, a package's face, or what another built. */
export type Target =
  | { kind: 'file'; path: string }
  | { kind: 'face'; package: string; subpath: string }
  | { kind: 'foreign' };

export function targetOf(file: string, specifier: string): Target {
  if (specifier.startsWith('.')) return { kind: 'file', path: posix.join(posix.dirname(file), specifier) };
  const [, name, rest] = specifier.match(/^@koinon\/([^/]+)(\/.+)?$/) ?? [];
  return name ? { kind: 'face', package: name, subpath: `.${rest ?? ''}` } : { kind: 'foreign' };
}

/** The services that each service asks something of, that is, whose `port.ts` it imports. */
export function needsOf({ imports }: Pick<House, 'imports'>): Map<string, Set<string>> {
  const needs = new Map<string, Set<string>>();
  for (const [file, specifiers] of imports) {
    const { room } = placeOf(file);
    if (!room) continue;
    const needed = needs.get(room) ?? new Set();
    needs.set(room, needed);
    for (const specifier of specifiers) {
      const target = targetOf(file, specifier);
      const other = target.kind === 'file' ? placeOf(target.path).room : undefined;
      if (other && other !== room) needed.add(other);
    }
  }
  return needs;
}

/** The packages that each package's shipped code imports. */
export function packagesUsed({
  imports,
  floors,
}: Pick<House, 'imports' | 'floors'>): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  for (const [file, specifiers] of imports) {
    const { owner, isPackage, isWorkshop } = placeOf(file);
    if (!isPackage) continue;
    const others = used.get(owner) ?? new Set();
    used.set(owner, others);
    if (isWorkshop) continue;
    for (const specifier of specifiers) {
      const target = targetOf(file, specifier);
      if (target.kind === 'face' && target.package !== owner && floors.has(target.package))
        others.add(target.package);
    }
  }
  return used;
}
