// Compiles the shipped programs to programs/build/*.wasm and checks them against digests.json, so that everybody's
// copy has the same name. `--update` writes digests.json after a wanted change.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const buildFolder = join(root, 'build');
const digestsFile = join(root, 'digests.json');

/** Where the source of each shipped program starts, relative to programs/. */
export const entries: Readonly<Record<string, string>> = {
  'tabular-logistic': 'assembly/tabular-logistic/main.ts',
  'tabular-evaluate': 'assembly/tabular-evaluate/main.ts',
};

/** Options that decide the bytes. The maximum memory is 4096 pages of 64 KiB; a manifest may allow less. */
const options = [
  ...['-O3', '--enable', 'simd', '--runtime', 'assembly/shared/runtime', '--exportStart', '_start'],
  ...['--initialMemory', '16', '--maximumMemory', '4096', '--use', 'abort=assembly/shared/fail/abort'],
];

/** sha256 of each program's bytes, by name. */
export type Digests = Record<string, string>;

/** Builds what is not up to date. Returns the digest of every program; throws where one differs from digests.json. */
export async function buildPrograms(update = false): Promise<Digests> {
  const stampFile = join(buildFolder, '.stamp');
  const stamp = digestOfSources();
  const names = Object.keys(entries);
  const isFresh = existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp && names.every(isBuilt);
  if (!isFresh) {
    mkdirSync(buildFolder, { recursive: true });
    // The old stamp speaks of what is about to be replaced, and would again if the sources went back.
    rmSync(stampFile, { force: true });
    for (const name of names) replaceFile(wasmFile(name), await compile(entries[name]!));
  }
  const digests = Object.fromEntries(names.map(name => [name, sha256(readFileSync(wasmFile(name)))]));
  if (update) writeFileSync(digestsFile, `${JSON.stringify(digests, null, 2)}\n`);
  const expected = JSON.parse(readFileSync(digestsFile, 'utf8')) as Digests;
  for (const name of names) {
    if (digests[name] === expected[name]) continue;
    throw new Error(
      `${name}.wasm was built to ${digests[name]}, digests.json says ${expected[name]}. After a wanted change of its sources run: npm run build -w programs -- --update`,
    );
  }
  if (!isFresh) replaceFile(stampFile, Buffer.from(stamp));
  return digests;
}

/** The bytes of the program whose source starts at `entry`, relative to programs/, compiled now. */
export async function compile(entry: string): Promise<Uint8Array> {
  const { default: asc } = await import('assemblyscript/asc');
  let bytes: Uint8Array | undefined;
  const { error, stderr } = await asc.main([entry, '--baseDir', root, '--outFile', 'out.wasm', ...options], {
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') bytes = contents;
    },
  });
  if (error || !bytes)
    throw new Error(`${entry} does not compile: ${error?.message ?? ''}\n${stderr.toString()}`);
  return bytes;
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/package.json');
  const files = readdirSync(join(root, 'assembly'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .sort()
    .map(file => join(root, 'assembly', file));
  for (const file of [compiler, fileURLToPath(import.meta.url), ...files])
    hash.update(sha256(readFileSync(file)));
  return hash.digest('hex');
}

function wasmFile(name: string): string {
  return join(buildFolder, `${name}.wasm`);
}

function isBuilt(name: string): boolean {
  return existsSync(wasmFile(name));
}

function replaceFile(file: string, bytes: Uint8Array): void {
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, file);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const digests = await buildPrograms(process.argv.includes('--update'));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`Programs: ${Object.keys(digests).join(', ')} (${seconds} s)`);
}
