import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';

// A tree of its own, with an npm that does what a test tells it, and writes down what it did.
let root: string;
const path = (...parts: string[]) => join(root, ...parts);
const write = (name: string, text: string) => {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
};
const note = (word: string) => `appendFileSync('${path('told')}', '${word}\\n');`;
const told = () => readFileSync(path('told'), 'utf8').trim().split('\n');

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'koinon-run-'));
  mkdirSync(path('scripts'));
  cpSync(join(import.meta.dirname, 'run.mjs'), path('scripts', 'run.mjs'));
  write('package.json', '{"type": "module"}');
  write('package-lock.json', '{}');
  write('scripts/build.ts', `import { appendFileSync } from 'node:fs'; ${note('build')}`);
  write('packages/simulate/src/main.ts', `import { appendFileSync } from 'node:fs'; ${note('run')}`);
  npm('');
});
afterEach(() => rmSync(root, { recursive: true }));

/** An npm that does this after it said that it began, and makes node_modules where it gets that far. */
function npm(behaviour: string): void {
  write(
    'npm.js',
    `import { appendFileSync, existsSync, mkdirSync } from 'node:fs';
     ${note('install')} ${behaviour} mkdirSync('node_modules', { recursive: true }); ${note('installed')}`,
  );
}

function start(): Promise<{ status: number | null; said: string }> {
  const child = spawn(process.execPath, [path('scripts', 'run.mjs'), 'simulate'], {
    env: { ...process.env, npm_execpath: path('npm.js') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', chunk => {
    said += chunk;
  });
  return new Promise(resolve => child.once('close', status => resolve({ status, said })));
}

it('what an interrupted install left is removed, and packages are installed anew', async () => {
  write('node_modules/half/left', '');
  npm(`if (existsSync('node_modules/half')) process.exit(1);`);
  const { status, said } = await start();
  assert.equal(status, 0, said);
  assert.match(said, /removing node_modules/);
  assert.deepEqual(told(), ['install', 'install', 'installed', 'build', 'run']);
});

it('an npm that fails twice ends it, with what to do', async () => {
  npm('process.exit(1);');
  const { status, said } = await start();
  assert.equal(status, 1);
  assert.match(said, /Check that the npm registry can be reached/);
  assert.equal(existsSync(path('.koinon-lock')), false);
});

it('of two at once one installs, and the other finds it done', async () => {
  const ends = await Promise.all([start(), start()]);
  assert.deepEqual(
    ends.map(({ status }) => status),
    [0, 0],
  );
  assert.equal(told().filter(word => word === 'install').length, 1);
});

it('a lock whose holder was killed is taken over', async () => {
  write('.koinon-lock/pid', '4194305');
  assert.equal((await start()).status, 0);
  assert.equal(existsSync(path('.koinon-lock')), false);
});
