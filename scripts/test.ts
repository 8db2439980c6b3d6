// Everything that must hold, stage by stage; ends with the counts of all tests. `npm test -- NAME …` runs the named
// stages only, `npm test -- --nightly` also the cases that take long. Properties draw the same cases each time;
// KOINON_SEED is the seed of others, or `random`.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { repository } from './bundle.ts';
import { runTests, sideBySide, type TestCounts } from './runTests.ts';
import { seedOf } from './seedOf.ts';

interface Stage {
  name: string;
  run(): Promise<boolean>;
  /** The stage beside which this one already begins: it takes what that and later ones leave of the cores. */
  beside?: string;
}

/** Gives way to all that runs at the usual one. */
const LOW_PRIORITY = 10;
const NIGHTLY = '--nightly';
const wanted = process.argv.slice(2).filter(word => word !== NIGHTLY);
if (process.argv.includes(NIGHTLY)) process.env['KOINON_NIGHTLY'] = '1';
const seed = String(seedOf(process.env['KOINON_SEED']));
process.env['KOINON_SEED'] = seed;
let passed = 0;
let failed = 0;

const bin = (name: string) => join(repository, 'node_modules', '.bin', name);
const secondsSince = (startedMs: number) => ((Date.now() - startedMs) / 1000).toFixed(0);

/** Runs a command to its end; true when it ended well. */
function command(file: string, ...args: string[]): Promise<boolean> {
  const child = spawn(file, args, { cwd: repository, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (status, signal) => {
      if (signal) console.error(`${file} was ended by ${signal}; what it counted is lost.`);
      resolve(status === 0);
    });
  });
}

/** Runs a script at a low priority and prints what it said when it has ended. */
async function quietly(script: string): Promise<boolean> {
  const child = spawn(process.execPath, [join(repository, script)], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  setPriority(child.pid!, LOW_PRIORITY);
  const ended = new Promise<boolean>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', status => resolve(status === 0));
  });
  const said = await Promise.all([text(child.stdout), text(child.stderr)]);
  process.stdout.write(said.join(''));
  return ended;
}

/** Runs test files that share processes. */
function tests(pattern: string, skip?: RegExp): Promise<boolean> {
  const files = globSync(pattern, { cwd: repository }).filter(file => !skip?.test(file));
  return counted(runTests(files, sideBySide, true));
}

/** Runs test files that start processes and wait on them, so many at once. */
function processTests(pattern: string, concurrency: number): Promise<boolean> {
  return counted(runTests(globSync(pattern, { cwd: repository }), concurrency, false));
}

/** Adds to the counts of all tests. */
async function counted(running: Promise<TestCounts>): Promise<boolean> {
  const counts = await running;
  passed += counts.passed;
  failed += counts.failed;
  return counts.isGreen;
}

async function types(): Promise<boolean> {
  for (const project of ['tsconfig.json', 'tsconfig.pure.json']) {
    if (!(await command(bin('tsc'), '-p', project))) return false;
  }
  return true;
}

const slow = /\.e2e\.test\.ts$/;
const stages: Stage[] = [
  { name: 'lint', run: () => command(bin('biome'), 'check', '--error-on-warnings', '--colors=off', '.') },
  { name: 'types', run: types },
  { name: 'floors', run: () => command(process.execPath, 'scripts/floors.ts') },
  { name: 'unused', run: () => command(bin('knip'), '--no-progress', '--no-config-hints') },
  { name: 'unit', run: () => tests('{packages/*,scripts}/**/*.test.ts', slow) },
  { name: 'programs', run: () => tests('programs/test/**/*.test.ts') },
  { name: 'services', run: () => processTests('packages/*/{src,test}/**/*.e2e.test.ts', 2) },
  { name: 'whole', run: () => processTests('{e2e,docs}/**/*.test.ts', 2) },
  { name: 'contracts', run: () => quietly('contracts/scripts/test.ts'), beside: 'services' },
];

const unknown = wanted.filter(name => !stages.some(stage => stage.name === name));
if (unknown.length > 0) {
  console.error(`No stage ${unknown.join(', ')}. Stages: ${stages.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = stages.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const broken: string[] = [];
const begun = new Map<string, Promise<boolean>>();
const begin = (stage: Stage): Promise<boolean> => {
  const running = begun.get(stage.name) ?? stage.run();
  begun.set(stage.name, running);
  return running;
};
const startedMs = Date.now();
for (const stage of chosen) {
  const stageMs = Date.now();
  console.log(`\n━━ ${stage.name}`);
  for (const other of chosen) if (other.beside === stage.name) begin(other);
  if (!(await begin(stage))) broken.push(stage.name);
  console.log(`━━ ${stage.name}: ${secondsSince(stageMs)} s`);
}
console.log(`\n${secondsSince(startedMs)} s in all`);
if (broken.length > 0)
  console.error(`Failed: ${broken.join(', ')}. KOINON_SEED=${seed} draws the same cases again.`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(broken.length > 0 ? 1 : 0);
