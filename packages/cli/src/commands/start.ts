import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { KoinonError } from '@koinon/protocol';
import { COHORT_TARGET, inferSchema, parseTable, requireTableSize, syntheticCohort } from '@koinon/tabular';
import type { Command } from 'commander';
import { startLocalNetwork } from '../local/startLocalNetwork.ts';
import { type MainJob, runMainJob } from '../start/runMainJob.ts';
import { exitCodes, printError } from '../terminal/printError.ts';
import { styleFor } from '../terminal/style.ts';
import type { Surroundings } from './surroundings.ts';

const COHORT_ROWS = 4_000;
const COHORT_SEED = 20261122;

interface StartOptions {
  csv?: string;
  target?: string;
  exclude: string[];
  name?: string;
  fresh?: boolean;
  exit?: boolean;
}

/** `koinon start`: the main job from nothing to a prediction, then the network stays up until Ctrl-C. */
export function addStart(program: Command, surroundings: Surroundings): void {
  program
    .command('start')
    .description('show the main job: train on data nobody sees, on a local network, and let anyone check it')
    .option('--csv <file>', 'a table of your own instead of the synthetic cohort')
    .option('--target <column>', 'the column to predict (with --csv)')
    .option('--exclude <columns>', 'columns to leave out, separated by commas', text => text.split(','), [])
    .option('--name <name>', 'name of dataset and model')
    .option('--fresh', 'forget what earlier runs left')
    .option('--exit', 'leave when the job is done instead of keeping the network up')
    .addHelpText('after', '\nExample:\n  npm start -- --csv cohort.csv --target diagnosis')
    .action(async (options: StartOptions) => start(options, surroundings));
}

async function start(options: StartOptions, { home, json }: Surroundings): Promise<void> {
  const style = styleFor(process.stdout, process.env);
  const startedMs = Date.now();
  const seconds = () => `${((Date.now() - startedMs) / 1000).toFixed(1)} s`.padStart(7);
  const tell = (title: string, evidence: string[] = []): void => {
    if (json) process.stdout.write(`${JSON.stringify({ at: Date.now() - startedMs, title, evidence })}\n`);
    else {
      const detail = evidence.length > 0 ? style.dim(`  ${evidence.join(' · ')}`) : '';
      process.stdout.write(`${style.dim(seconds())}  ${style.green('✓')} ${title}${detail}\n`);
    }
  };
  const job = readJob(options);
  if (!json) {
    const about = options.csv
      ? basename(options.csv)
      : `a synthetic cohort of ${COHORT_ROWS} invented patients`;
    process.stdout.write(
      `\n${style.bold('Koinon')}: training on ${about}, on a network of five nodes on this machine.\n\n`,
    );
  }
  const stopping = new AbortController();
  const leave = () => stopping.abort();
  process.on('SIGINT', leave).on('SIGTERM', leave).on('SIGHUP', leave);

  const network = await startLocalNetwork(home, {
    ...(options.fresh ? { fresh: true } : {}),
    onProgress: text => {
      if (!json && process.stdout.isTTY) process.stdout.write(style.dim(`${seconds()}  … ${text}\n`));
    },
  });
  try {
    tell(`network is up: ${[...network.nodes.keys()].join(', ')}`, [`chain ${network.deployment.chainId}`]);
    const finished = runMainJob(network, job, line => tell(line.title, line.evidence));
    const stopped = new Promise<undefined>(resolve =>
      stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true }),
    );
    finished.catch(() => undefined);
    const outcome = await Promise.race([finished, stopped]);
    if (!outcome) return;
    if (outcome.study.failure) {
      const { code, message, next } = outcome.study.failure;
      throw new KoinonError({
        code: code as `K_${string}`,
        message,
        fault: 'user',
        ...(next ? { next } : {}),
      });
    }
    const { sample } = outcome;
    const { url } = network.node('researcher');
    if (json) {
      process.stdout.write(`${JSON.stringify({ done: true, study: outcome.study.id, url, ...sample })}\n`);
    } else if (sample) {
      process.stdout.write(`\n${style.bold('Ask the model')} (one public row):\n\n${sample.curl}\n\n`);
      process.stdout.write(`${style.dim('answers')} ${JSON.stringify(sample.answer)}\n\n`);
      process.stdout.write(`${style.bold('Look at everything')}: ${url}/\n`);
      process.stdout.write(`${style.bold('Check it yourself')}: npx koinon verify ${job.name}\n`);
    }
    if (options.exit) return;
    if (!json) process.stdout.write(`\n${style.dim('The network stays up until Ctrl-C.')}\n`);
    await stopped;
  } catch (error) {
    printError(error, { json, style });
    process.exitCode = exitCodes.failed;
  } finally {
    await network.stop();
  }
}

/** The job to show; a file of the user's is read and checked before anything is started. */
function readJob(options: StartOptions): MainJob {
  const purpose = 'Estimate the risk of single patients, to support doctors; not for insurance or hiring.';
  if (!options.csv) {
    const csv = new TextEncoder().encode(syntheticCohort({ rows: COHORT_ROWS, seed: COHORT_SEED }));
    return { name: options.name ?? 'heart-risk', csv, target: COHORT_TARGET, exclude: [], purpose };
  }
  if (!options.target) {
    throw new KoinonError({
      code: 'K_USAGE',
      message: 'Which column should the model predict?',
      fault: 'user',
      next: 'Name it with --target COLUMN.',
    });
  }
  const csv = readTable(options.csv);
  inferSchema(parseTable(csv), { target: options.target, exclude: options.exclude });
  const name = options.name ?? nameOfFile(options.csv);
  return {
    name,
    csv,
    target: options.target,
    exclude: options.exclude,
    purpose: `Predict ${options.target}.`,
  };
}

/** A file's bytes, refused by size before they are read. */
export function readTable(path: string): Uint8Array {
  try {
    requireTableSize(statSync(path).size);
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    if (cause instanceof KoinonError) throw cause;
    throw new KoinonError({
      code: 'K_FILE',
      message: `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      fault: 'user',
      cause,
    });
  }
}

function nameOfFile(path: string): string {
  const name = basename(path)
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
  return name || 'table';
}
