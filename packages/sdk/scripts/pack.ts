// Makes dist/: the package as it is published. The workspace's own packages are bundled in, with their types; what comes from
// npm stays a dependency, of the exact version that is tested here.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const repository = join(root, '..', '..');
export const dist = join(root, 'dist');

interface Manifest {
  version: string;
  exports: Record<string, string>;
}
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Builds the package anew; the folder it is in. */
export async function buildPackage(): Promise<string> {
  const { version, exports } = manifestOf(root);
  const entries = Object.entries(exports).map(([name, path]) => ({ name, path, file: fileOf(name) }));
  rmSync(dist, { recursive: true, force: true });
  const used = new Set<string>();
  const own = new Set<string>();
  for (const platform of ['node', 'browser'] as const) {
    const { metafile } = await build({
      entryPoints: Object.fromEntries(entries.map(({ file, path }) => [file, join(root, path)])),
      outdir: join(dist, platform),
      bundle: true,
      splitting: true,
      format: 'esm',
      platform,
      target: platform === 'node' ? 'node20' : 'es2023',
      absWorkingDir: repository,
      metafile: true,
      plugins: [
        {
          name: 'npm stays outside',
          setup: ({ onResolve }) => {
            onResolve({ filter: /^[a-z@]/ }, ({ path, kind }) => {
              if (kind === 'entry-point' || /^(@koinon\/|node:)/.test(path)) return undefined;
              return { path, external: true };
            });
          },
        },
      ],
    });
    for (const input of Object.keys(metafile.inputs)) own.add(input.split('/')[1]!);
    for (const output of Object.values(metafile.outputs))
      for (const { path, external } of output.imports) if (external) used.add(nameOf(path));
  }
  const paths = entries.map(({ path }) => path);
  for (const name of writeTypes(paths, [...own])) used.add(name);
  used.delete('node');
  const types = (path: string) => `./types/sdk/${path.replace(/^\.\//, '').replace(/\.ts$/, '.d.ts')}`;
  const published = {
    name: '@koinon/sdk',
    version,
    description: 'Talks to a Koinon node: publish, request, train, run, follow, predict, verify.',
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports: Object.fromEntries(
      entries.map(({ name, path, file }) => [
        name,
        { types: types(path), node: `./node/${file}.js`, default: `./browser/${file}.js` },
      ]),
    ),
    dependencies: Object.fromEntries(
      [...used].sort().map(name => [name, manifestOf(join(repository, 'node_modules', name)).version]),
    ),
  };
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  cpSync(join(repository, 'LICENSE'), join(dist, 'LICENSE'));
  cpSync(join(repository, 'docs', 'sdk.md'), join(dist, 'README.md'));
  return dist;
}

/** Writes the declarations that the entries reach, and answers which packages they import besides. */
function writeTypes(entries: readonly string[], packages: readonly string[]): Set<string> {
  const folder = join(dist, 'types');
  mkdirSync(folder, { recursive: true });
  const config = join(dist, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    noCheck: true,
    rootDir: join(repository, 'packages'),
    outDir: folder,
  };
  // Named one by one: what is found through node_modules gets no declarations.
  const include = packages.map(name => join(repository, 'packages', name, 'src'));
  const exclude = ['**/*.test.ts', '**/testing'];
  writeFileSync(
    config,
    JSON.stringify({ extends: join(repository, 'tsconfig.json'), compilerOptions, include, exclude }),
  );
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(repository, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', config],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stdout);
  rmSync(config);
  const used = new Set<string>();
  const reached = new Set(entries.map(path => join(folder, 'sdk', path.replace(/\.ts$/, '.d.ts'))));
  for (const file of reached) {
    const text = readFileSync(file, 'utf8').replace(
      /((?:from|import)\s*\(?\s*)(['"])([^'"]+)\2/g,
      (_, before: string, quote: string, target: string) => {
        const written = target.startsWith('@koinon/') ? relativeTo(file, folder, target) : target;
        if (/^[./]/.test(written)) reached.add(join(dirname(file), written.replace(/\.ts$/, '.d.ts')));
        else used.add(nameOf(written));
        return `${before}${quote}${written.replace(/\.ts$/, '.js')}${quote}`;
      },
    );
    writeFileSync(file, text);
  }
  for (const path of globSync('**/*.d.ts', { cwd: folder }))
    if (!reached.has(join(folder, path))) rmSync(join(folder, path));
  return used;
}

/** Where the types of a workspace package stand, as a file beside it imports them. */
function relativeTo(file: string, folder: string, target: string): string {
  const [, name, ...below] = target.split('/') as [string, string, ...string[]];
  const { exports } = manifestOf(join(repository, 'packages', name));
  const path = exports[below.length === 0 ? '.' : `./${below.join('/')}`]!;
  const found = relative(dirname(file), join(folder, name, path));
  return found.startsWith('.') ? found : `./${found}`;
}

/** `.` is index, `./inference` is inference. */
function fileOf(name: string): string {
  return name === '.' ? 'index' : basename(name);
}

/** Name of the package a specifier is of. */
function nameOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

if (import.meta.main) console.log(await buildPackage());
