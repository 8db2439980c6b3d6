// Everything that must hold, stage by stage; ends with the counts of all tests. `npm test -- NAME …` runs the named
// stages only. Properties draw the same cases each time; KOINON_SEED is the seed of others, or `random`.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { repository } from './bundle.ts';
import { seedOf } from './seedOf.ts';

const reports = mkdtempSync(join(tmpdir(), 'koinon-test-'));
const seed = String(seedOf(process.env['KOINON_SEED']));
const env = { ...process.env, KOINON_SEED: seed };
const bin = (name: string) => join(repository, 'node_modules', '.bin', name);
let passed = 0;
let failed = 0;

function run(command: string, ...args: string[]): boolean {
  const { status, signal } = spawnSync(command, args, {
    cwd: repository,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (signal) console.error(`${command} was ended by ${signal}; what it counted is lost.`);
  return status === 0;
}

const node = (script: string, ...args: string[]) => run(process.execPath, join(repository, script), ...args);

/** Runs test files and adds their counts; `concurrency` 1 for those that start processes and wait on them. */
function tests(patterns: string[], options: { concurrency?: number; skip?: RegExp } = {}): boolean {
  const files = globSync(patterns, { cwd: repository }).filter(file => !options.skip?.test(file));
  const report = join(reports, `${passed}-${failed}.tap`);
  const isGreen = run(
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    `--import=${pathToFileURL(join(repository, 'scripts', 'testSeed.ts'))}`,
    '--test',
    `--test-concurrency=${options.concurrency ?? 2}`,
    '--test-timeout=600000',
    '--test-reporter=dot',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${report}`,
    ...files.sort(),
  );
  const tap = readFileSync(report, 'utf8');
  const count = (name: string) => Number(tap.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1] ?? 0);
  passed += count('pass');
  failed += count('fail') + count('cancelled');
  console.log(`\n${count('pass')} passed, ${count('fail')} failed, ${count('skipped')} skipped`);
  for (const [, name] of tap.matchAll(/^\s*not ok \d+ - (.*)$/gm)) console.log(`  not ok: ${name}`);
  for (const [line] of tap.matchAll(/^.* # SKIP.*$/gm)) console.log(`  ${line.trim()}`);
  return isGreen;
}

const slow = /\.e2e\.test\.ts$/;
const stages: Array<[name: string, run: () => boolean]> = [
  ['lint', () => run(bin('biome'), 'check', '--error-on-warnings', '--colors=off', '.')],
  ['types', () => run(bin('tsc'), '-p', 'tsconfig.json')],
  ['floors', () => node('scripts/floors.ts')],
  ['unit', () => tests(['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'], { skip: slow })],
  ['programs', () => tests(['programs/test/**/*.test.ts'])],
  ['services', () => tests(['packages/*/{src,test}/**/*.e2e.test.ts'], { concurrency: 1 })],
  ['whole', () => tests(['e2e/**/*.test.ts', 'docs/**/*.test.ts'], { concurrency: 1 })],
  ['contracts', () => node('contracts/scripts/test.ts')],
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter(name => !stages.some(([stage]) => stage === name));
if (unknown.length > 0) {
  console.error(`No stage ${unknown.join(', ')}. Stages: ${stages.map(([name]) => name).join(', ')}.`);
  process.exit(2);
}
const broken: string[] = [];
const startedMs = Date.now();
for (const [name, stage] of stages) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const stageMs = Date.now();
  console.log(`\n━━ ${name}`);
  if (!stage()) broken.push(name);
  console.log(`━━ ${name}: ${((Date.now() - stageMs) / 1000).toFixed(0)} s`);
}
rmSync(reports, { recursive: true, force: true });
console.log(`\n${((Date.now() - startedMs) / 1000).toFixed(0)} s in all`);
if (broken.length > 0)
  console.error(`Failed: ${broken.join(', ')}. KOINON_SEED=${seed} draws the same cases again.`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(broken.length > 0 ? 1 : 0);
