import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { run } from 'node:test';
import { dot } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { batchesOf } from './batches.ts';
import { repository } from './bundle.ts';

export interface TestCounts {
  passed: number;
  failed: number;
  isGreen: boolean;
}

/** Batches for each process that runs at once: more begin more often, fewer end less evenly. */
const BATCHES = 3;

/** Enough that the cores have work while a test waits for its clock. */
export const sideBySide = availableParallelism() + 1;

const cache = join(repository, 'node_modules', '.cache');
const timesFile = join(cache, 'koinon-test-times.json');
const batchFolder = join(cache, 'koinon-test-batches');

/**
 * Files share processes. One that changes what a whole process shares, or watches it, has its own: it says `Own process:` and
 * why at the beginning of a line, or it has a hook that would also run for the tests of others.
 */
const ownProcess = /^(?:\/\/ Own process: |(?:before|after)Each\()/m;

/**
 * Runs test files, so many processes at once, and prints what failed, was skipped and took longest. What took longest the
 * last time goes first, so that nothing is left running alone at the end.
 *
 * @param isShared - whether files may run in one process
 */
export async function runTests(
  files: readonly string[],
  concurrency: number,
  isShared: boolean,
): Promise<TestCounts> {
  const times = readTimes();
  const entries = isShared ? entriesOf(files, times, concurrency) : filesAlone(files, times);
  const counts = { passed: 0, failed: 0, skipped: 0, isGreen: false };
  const notes: string[] = [];
  const complaints = new Map<string, string>();
  const broken = new Set<string>();
  const took = new Map<string, number>();
  const stream = run({
    cwd: repository,
    files: entries.sort((a, b) => b.ms - a.ms || (a.file < b.file ? -1 : 1)).map(({ file }) => file),
    concurrency,
    timeout: 600_000,
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      `--import=${pathToFileURL(join(repository, 'scripts', 'testSeed.ts'))}`,
    ],
  });
  stream.on('test:summary', ({ file, counts: all, success }) => {
    if (file !== undefined) return;
    counts.passed = all.passed;
    counts.failed = all.tests - all.passed - all.skipped - all.todo;
    counts.skipped = all.skipped;
    counts.isGreen = success;
  });
  stream.on('test:complete', ({ file, nesting, details }) => {
    if (file === undefined || nesting > 0 || file.startsWith(batchFolder)) return;
    const path = relative(repository, file);
    took.set(path, (took.get(path) ?? 0) + details.duration_ms);
  });
  stream.on('test:fail', ({ name, file = name }) => {
    notes.push(
      file.startsWith(batchFolder)
        ? `not ok: the process of ${readFileSync(file.replace(/\.mjs$/, '.json'), 'utf8')}`
        : `not ok: ${name} (${relative(repository, file)})`,
    );
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
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  for (const note of notes) console.log(`  ${note}`);
  const slowest = [...took].sort(([, a], [, b]) => b - a).slice(0, 5);
  for (const [file, ms] of slowest) console.log(`  ${(ms / 1000).toFixed(0).padStart(4)} s ${file}`);
  writeTimes({ ...times, ...Object.fromEntries([...took].map(([file, ms]) => [file, Math.round(ms)])) });
  return counts;
}

interface Entry {
  file: string;
  /** How long it took the last time. */
  ms: number;
}

function filesAlone(files: readonly string[], times: Record<string, number>): Entry[] {
  return files.map(file => ({
    file: join(repository, file),
    ms: times[file] ?? Number.POSITIVE_INFINITY,
  }));
}

/** The files that have a process of their own, and one file for each batch of the others that loads them all. */
function entriesOf(files: readonly string[], times: Record<string, number>, concurrency: number): Entry[] {
  const isAlone = (file: string) => ownProcess.test(readFileSync(join(repository, file), 'utf8'));
  const alone = files.filter(isAlone);
  const shared = files.filter(file => !alone.includes(file));
  rmSync(batchFolder, { recursive: true, force: true });
  mkdirSync(batchFolder, { recursive: true });
  const batches = batchesOf(shared, times, BATCHES * concurrency).map((batch, i) => {
    const file = join(batchFolder, `${i}.mjs`);
    writeFileSync(join(batchFolder, `${i}.json`), JSON.stringify(batch));
    const together = pathToFileURL(join(repository, 'scripts', 'together.ts')).href;
    writeFileSync(file, `import '${together}';\n`);
    return { file, ms: batch.reduce((sum, path) => sum + (times[path] ?? 0), 0) };
  });
  return [...filesAlone(alone, times), ...batches];
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
