// Bundles the page into dist/: a small first load, and a worker with everything that checks and replays, which a
// browser fetches when somebody asks for it. Does nothing when no source changed.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const repository = dirname(dirname(root));
const dist = join(root, 'dist');
const assets = join(dist, 'assets');
const stampFile = join(dist, 'stamp.json');
const template = join(root, 'index.html');
const icon = join(root, 'favicon.svg');

/** Stands for the checker's address until that is known. */
const CHECKER_URL = '/assets/{{checker}}';

/** Of zod's own messages the page needs those in English, not those in fifty languages. */
const onlyEnglish: Plugin = {
  name: 'only English',
  setup: build => {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: join(repository, 'node_modules', 'zod', 'v4', 'locales'),
    }));
  },
};

const common = {
  plugins: [onlyEnglish],
  outdir: assets,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2023',
  minify: true,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  legalComments: 'none',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  absWorkingDir: repository,
  metafile: true,
  logLevel: 'warning',
} satisfies BuildOptions;

/** Builds the page when it is stale; true when it built anything. */
export async function buildWeb(): Promise<boolean> {
  if (isFresh()) return false;
  const { build } = await import('esbuild');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(assets, { recursive: true });

  const runtime = fileURLToPath(import.meta.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  const runtimeName = `onnxruntime-${digestOf(runtime).slice(0, 8)}.wasm`;
  copyFileSync(runtime, join(assets, runtimeName));

  const programs = shippedPrograms();
  // Both at once, so that what page and checker share is one file.
  const { metafile } = await build({
    ...common,
    entryPoints: [join(root, 'src', 'main.tsx'), join(root, 'src', 'checker', 'worker.ts')],
    define: {
      CHECKER_URL: JSON.stringify(CHECKER_URL),
      ONNX_RUNTIME_URL: JSON.stringify(`/assets/${runtimeName}`),
      SHIPPED_PROGRAMS: JSON.stringify(
        Object.fromEntries(programs.map(path => [`0x${digestOf(path)}`, basename(path, '.wasm')])),
      ),
    },
  });

  const script = nameChecker(entryOf(metafile, 'main.tsx'), entryOf(metafile, 'worker.ts'));
  const style = readdirSync(assets).find(name => name.endsWith('.css'));
  const html = readFileSync(template, 'utf8')
    .replace('{{script}}', `/assets/${script}`)
    .replace('{{style}}', `/assets/${style}`);
  writeFileSync(join(dist, 'index.html'), html);
  copyFileSync(icon, join(dist, 'favicon.svg'));

  const inputs = Object.keys(metafile.inputs).map(path => join(repository, path));
  inputs.push(template, icon, runtime, ...programs, fileURLToPath(import.meta.url));
  const sources = [...new Set(inputs)].filter(path => existsSync(path));
  const stamp = Object.fromEntries(sources.map(path => [relative(repository, path), digestOf(path)]));
  writeFileSync(stampFile, JSON.stringify(stamp));
  return true;
}

/** Writes the checker's name into the page, which had to be bundled before it was known; the page's new name. */
function nameChecker(page: string, checker: string): string {
  const source = readFileSync(join(assets, page), 'utf8');
  if (!source.includes(CHECKER_URL)) throw new Error('the page does not name its checker');
  const named = source.replaceAll(CHECKER_URL, `/assets/${checker}`);
  const name = `main-${createHash('sha256').update(named).digest('hex').slice(0, 8).toUpperCase()}.js`;
  rmSync(join(assets, page));
  writeFileSync(join(assets, name), named);
  return name;
}

/** The programs Koinon ships, as they are built. */
function shippedPrograms(): string[] {
  const folder = join(repository, 'programs', 'build');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => name.endsWith('.wasm'))
    .map(name => join(folder, name));
}

/** File name of the bundle whose entry is the source with that name. */
function entryOf({ outputs }: Metafile, source: string): string {
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (entryPoint !== undefined && basename(entryPoint) === source) return basename(path);
  }
  throw new Error(`esbuild made nothing of ${source}`);
}

function isFresh(): boolean {
  if (!existsSync(stampFile) || !existsSync(join(dist, 'index.html'))) return false;
  const stamp = JSON.parse(readFileSync(stampFile, 'utf8')) as Record<string, string>;
  return Object.entries(stamp).every(([path, digest]) => digestOf(join(repository, path)) === digest);
}

function digestOf(path: string): string {
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
}

if (import.meta.main) await buildWeb();
