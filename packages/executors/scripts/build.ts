// Bundles the workers into dist/: one file each, so that a sandbox has one file to show and a child starts in
// milliseconds. Does nothing when no source changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const repository = dirname(dirname(root));
const dist = join(root, 'dist');
const stampFile = join(dist, 'stamp.json');
const workers = ['wasmWorker', 'onnxWorker', 'probe'];

/** Our packages only define things, so what a worker does not use of them need not be loaded. */
const withoutSideEffects: Plugin = {
  name: 'without-side-effects',
  setup: build => {
    build.onResolve({ filter: /^(@koinon\/|\.)/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'resolving' || from.kind === 'entry-point') return undefined;
      if (!from.resolveDir.startsWith(join(repository, 'packages'))) return undefined;
      const { kind, importer, namespace, resolveDir } = from;
      const options = { kind, importer, namespace, resolveDir, pluginData: 'resolving' };
      const resolved = await build.resolve(path, options);
      return { path: resolved.path, errors: resolved.errors, sideEffects: false };
    });
  },
};

/** Builds what is stale; true when it built anything. */
export async function buildExecutors(): Promise<boolean> {
  if (isFresh()) return false;
  const { build } = await import('esbuild');
  const result = await build({
    entryPoints: workers.map(name => join(root, 'src', 'worker', `${name}.ts`)),
    outdir: dist,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    legalComments: 'none',
    absWorkingDir: repository,
    metafile: true,
    plugins: [withoutSideEffects],
    logLevel: 'warning',
  });
  const inputs = Object.keys(result.metafile.inputs).map(path => join(repository, path));
  inputs.push(fileURLToPath(import.meta.url));
  const stamp = Object.fromEntries(inputs.map(path => [relative(repository, path), digestOf(path)]));
  mkdirSync(dist, { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamp));
  return true;
}

function isFresh(): boolean {
  if (!existsSync(stampFile) || workers.some(name => !existsSync(join(dist, `${name}.mjs`)))) return false;
  const stamp = JSON.parse(readFileSync(stampFile, 'utf8')) as Record<string, string>;
  return Object.entries(stamp).every(([path, digest]) => digestOf(join(repository, path)) === digest);
}

function digestOf(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
}

if (import.meta.main) await buildExecutors();
