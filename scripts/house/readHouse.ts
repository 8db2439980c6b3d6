import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../bundle.ts';
import { floors, sideways } from './floors.ts';
import type { House } from './house.ts';
import { usesOf } from './usesOf.ts';

const patterns = [
  'packages/*/{src,test,bench,scripts}/**/*.{ts,tsx}',
  '{programs,contracts}/{scripts,test,bench}/**/*.ts',
  '{e2e,docs,scripts}/**/*.ts',
];

/** The house as it stands on disk, and what its files ask of the machine. */
export function readHouse(): House & { uses: ReadonlyMap<string, string[]> } {
  const files = globSync(patterns, { cwd: repository, exclude: path => path.includes('/generated/') }).sort();
  const sources = files.map(file => readFileSync(join(repository, file), 'utf8'));
  return {
    floors,
    sideways,
    faces: new Map(globSync(['packages/*', 'programs', 'contracts'], { cwd: repository }).map(readFaces)),
    imports: new Map(files.map((file, i) => [file, importsOf(sources[i]!)])),
    uses: new Map(files.map((file, i) => [file, usesOf(file, sources[i]!)])),
  };
}

/** What a source imports or resolves, as it is written there. */
export function importsOf(source: string): string[] {
  const patterns = [
    /^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'/gm,
    /^import '([^']+)'/gm,
    /\bimport(?:\.meta\.resolve)?\(\s*'([^']+)'/g,
  ];
  return [...new Set(patterns.flatMap(pattern => [...source.matchAll(pattern)].map(([, name]) => name!)))];
}

function readFaces(folder: string): [name: string, subpaths: string[]] {
  const { name, exports = {} } = JSON.parse(
    readFileSync(join(repository, folder, 'package.json'), 'utf8'),
  ) as {
    name: string;
    exports?: Record<string, unknown>;
  };
  return [name.replace('@koinon/', ''), Object.keys(exports)];
}
