// `npm run world`: plays the story of a seed among real nodes while things break, and says whether everything held.
import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sqliteInMemory } from '@koinon/store/disk';
import { type StoryEnd, type StoryEvent, tellStory } from './story/story.ts';
import { inWords } from './story/words.ts';

const HELP = `npm run world -- [options]

A small network of real nodes on the real contracts lives through some virtual hours while messages get lost, nodes
die, disks fill, and the chain takes blocks back. Then everything heals, must come to its end, and is checked.

  --seed TEXT     the story to play (default: 1)
  --seeds N       N stories, seeds TEXT-0, TEXT-1, …, in parallel processes
  --story         tells it step by step
  --until EVENT   tells it until somebody notes that, such as vouchers-claimed, and stops there
  --no-faults     nothing goes wrong
  --json          how each ended, one JSON object a line
  --processes N   at a time (default: one for each core)

Ends with 0 when everything held, 1 when something did not, 2 for a wrong option.

  npm run world -- --seed 7 --story
  npm run world -- --seed 7 --until study-done
  npm run world -- --seeds 100 --json
`;

const options = {
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string' },
  story: { type: 'boolean', default: false },
  until: { type: 'string' },
  'no-faults': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  processes: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const values = read();
if (values.help) process.stdout.write(HELP);
else if (values.seeds !== undefined) process.exitCode = await playMany(countOf(values.seeds));
else process.exitCode = await playOne();

function read() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n\n${HELP}`);
  process.exit(2);
}

function countOf(text: string): number {
  const count = Number(text);
  return Number.isInteger(count) && count > 0 ? count : refuse(`"${text}" is not a number of at least 1.`);
}

async function playOne(): Promise<number> {
  const { seed, until } = values;
  const tells = values.story || until !== undefined;
  const reached = Promise.withResolvers<'reached'>();
  const onEvent = (event: StoryEvent): void => {
    if (tells) process.stdout.write(`${inWords(event)}\n`);
    if (event.event === until) reached.resolve('reached');
  };
  const story = tellStory({
    ...{ seed, onEvent, database: sqliteInMemory, hash: bytes => hash('sha256', bytes, 'buffer') },
    ...(values['no-faults'] ? { faults: [] } : {}),
  });
  const end = await Promise.race([story, reached.promise]);
  // What is left of the story is of no interest.
  if (end === 'reached') process.exit(0);
  process.stdout.write(values.json ? `${JSON.stringify(end)}\n` : summaryOf(end));
  return end.broken.length > 0 ? 1 : 0;
}

function summaryOf({ seed, studies, faults, broken, digest, lastedMs }: StoryEnd): string {
  const ends = studies.map(({ id, state, code }) => `  study ${id}: ${code ?? state}`);
  const faulty = broken.map(({ checker, subject, what }) => `  ${checker}: ${subject}: ${what}`);
  return [
    `Seed ${seed}: ${(lastedMs / 3_600_000).toFixed(1)} hours, ${faults.length} faults, digest ${digest}`,
    ...ends,
    ...(broken.length > 0
      ? [`Does not hold (npm run world -- --seed ${seed} --story):`, ...faulty]
      : ['Everything held.']),
    '',
  ].join('\n');
}

/** Each story has a process of its own, so that what one leaves behind meets no other. */
async function playMany(count: number): Promise<number> {
  const processes = values.processes === undefined ? availableParallelism() : countOf(values.processes);
  let next = 0;
  let failed = 0;
  const worker = async (): Promise<void> => {
    while (next < count) if (!(await playApart(`${values.seed}-${next++}`))) failed++;
  };
  await Promise.all(Array.from({ length: Math.min(processes, count) }, worker));
  if (!values.json) process.stdout.write(`${count - failed} of ${count} stories held.\n`);
  return failed > 0 ? 1 : 0;
}

function playApart(seed: string): Promise<boolean> {
  const flags = [...(values.json ? ['--json'] : []), ...(values['no-faults'] ? ['--no-faults'] : [])];
  const child = spawn(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), '--seed', seed, ...flags],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const said: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
  return new Promise(resolve => {
    child.on('close', code => {
      process.stdout.write(Buffer.concat(said));
      if (code !== 0 && said.length === 0)
        process.stdout.write(
          `Seed ${seed} did not come to an end (npm run world -- --seed ${seed} --story).\n`,
        );
      resolve(code === 0);
    });
  });
}
