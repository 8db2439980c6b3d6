import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Checkpoint, checkpointSteps, type Journal } from '@koinon/kernel';
import type { Tap } from '@koinon/network';
import { asKoinonError, KoinonError, toWire } from '@koinon/protocol';
import { openNode } from './openNode.ts';
import { tamperOutput } from './tamperOutput.ts';

/**
 * One node as a process: `main.ts HOME [--crash-at STEP] [--wire-tap FOLDER] [--tamper-output]`. Says `{"event":"ready",…}` on standard
 * output when it serves, writes what happens to HOME/node.log, leaves on SIGTERM, SIGINT, or when its standard input
 * closes (its parent died).
 */
const VERSION = '0.1.0';
/** Longest that leaving may take, milliseconds; a parent's patience is a little longer. */
const LEAVING_MS = 4_000;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    'crash-at': { type: 'string' },
    'wire-tap': { type: 'string' },
    'tamper-output': { type: 'boolean' },
  },
});
const [home] = positionals;
if (!home) {
  process.stderr.write('usage: main.ts HOME\n');
  process.exit(2);
}

const say = (message: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify(toWire(message))}\n`);
};
const journal: Journal = {
  note: (event, facts = {}) => {
    const line = JSON.stringify({ at: new Date().toISOString(), event, ...(toWire(facts) as object) });
    appendFileSync(join(home, 'node.log'), `${line}\n`, { mode: 0o600 });
  },
};

try {
  const running = await openNode(home, {
    password: readPassword(home),
    journal,
    version: VERSION,
    ...(values['crash-at'] ? { checkpoint: crashingAt(values['crash-at']) } : {}),
    ...(values['tamper-output'] ? { alterResult: tamperOutput } : {}),
    ...(values['wire-tap'] ? { wireTap: writingTo(values['wire-tap']) } : {}),
  });
  let isLeaving = false;
  const leave = async (): Promise<void> => {
    if (isLeaving) return;
    isLeaving = true;
    // What is under way may wait for a chain or a peer that is gone; all of it goes on at the next start.
    setTimeout(() => process.exit(0), LEAVING_MS);
    await running.stop().catch(error => journal.note('stop-failed', { reason: String(error) }));
    process.exit(0);
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
  process.stdin.on('end', leave).on('error', leave).resume();
  say({ event: 'ready', operator: running.operator, url: running.url });
} catch (error) {
  const known = asKoinonError(error);
  say({ event: 'failed', error: known.toJSON() });
  journal.note('start-failed', {
    code: known.code,
    reason: known.message,
    stack: known.cause ?? known.stack,
  });
  process.exit(1);
}

function readPassword(folder: string): string {
  try {
    return readFileSync(join(folder, 'password'), 'utf8').trim();
  } catch (cause) {
    throw new KoinonError({
      code: 'K_PASSWORD',
      message: `The password of the node's key is not in ${join(folder, 'password')}.`,
      fault: 'user',
      next: 'Write it there with mode 600.',
      cause,
    });
  }
}

/** For the tests of crash safety: the first time the step is reached, this process dies without a last word. */
function crashingAt(step: string): Checkpoint {
  if (!checkpointSteps.some(known => known === step)) {
    throw new KoinonError({ code: 'K_CONFIG', message: `No step "${step}" to crash at.`, fault: 'user' });
  }
  return reached => {
    if (reached === step) process.kill(process.pid, 'SIGKILL');
  };
}

/** For the tests of privacy: all this node sends, as it is before encryption, in a file for each peer. */
function writingTo(folder: string): Tap {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return (bytes, to) => appendFileSync(join(folder, to), bytes, { mode: 0o600 });
}
