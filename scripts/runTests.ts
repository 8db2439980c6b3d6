import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { run } from 'node:test';
import { dot } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { repository } from './bundle.ts';

export interface TestCounts {
  passed: number;
  failed: number;
  isGreen: boolean;
}

/** Enough that the cores have work while a test waits for its clock. */
export const sideBySide = availableParallelism() + 1;

const timesFile = join(repository, 'node_modules', '.cache', 'koinon-test-times.json');

/**
 * Runs test files, each in a process of its own, so many at once, and prints what failed, was skipped and took longest. Files
 * that took longest the last time go first, so that none is left running alone at the end.
 */
export async function runTests(files: readonly string[], concurrency: number): Promise<TestCounts> {
  const times = readTimes();
  const timeOf = (file: string) => times[file] ?? Number.POSITIVE_INFINITY;
  const counts = { passed: 0, failed: 0, skipped: 0, isGreen: false };
  const notes: string[] = [];
  const complaints = new Map<string, string>();
  const broken = new Set<string>();
  const took: [file: string, ms: number][] = [];
  const stream = run({
    cwd: repository,
    files: [...files]
      .sort((a, b) => timeOf(b) - timeOf(a) || (a < b ? -1 : 1))
      .map(file => join(repository, file)),
    concurrency,
    timeout: 600_000,
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      `--import=${pathToFileURL(join(repository, 'scripts', 'testSeed.ts'))}`,
    ],
  });
  stream.on('test:summary', ({ file, counts: all, duration_ms, success }) => {
    if (file !== undefined) {
      took.push([relative(repository, file), duration_ms]);
    } else {
      counts.passed = all.passed;
      counts.failed = all.tests - all.passed - all.skipped - all.todo;
      counts.skipped = all.skipped;
      counts.isGreen = success;
    }
  });
  stream.on('test:fail', ({ name, file = name }) => {
    notes.push(`not ok: ${name} (${relative(repository, file)})`);
    broken.add(file);
  });
  stream.on('test:stderr', ({ file, message }) =>
    complaints.set(file, (complaints.get(file) ?? '') + message),
  );
  stream.on('test:pass', ({ name, skip }) => {
    if (skip !== undefined) notes.push(`skipped: ${name}${typeof skip === 'string' ? ` (${skip})` : ''}`);
  });
  for await (const text of stream.compose(dot)) process.stdout.write(text);

  for (const file of broken) process.stdout.write(complaints.get(file) ?? '');
  took.sort(([, a], [, b]) => b - a);
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  for (const note of notes) console.log(`  ${note}`);
  for (const [file, ms] of took.slice(0, 5)) console.log(`  ${(ms / 1000).toFixed(0).padStart(4)} s ${file}`);
  writeTimes({ ...times, ...Object.fromEntries(took.map(([file, ms]) => [file, Math.round(ms)])) });
  return counts;
}

function readTimes(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(timesFile, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

function writeTimes(times: Record<string, number>): void {
  mkdirSync(dirname(timesFile), { recursive: true });
  writeFileSync(timesFile, JSON.stringify(times));
}
