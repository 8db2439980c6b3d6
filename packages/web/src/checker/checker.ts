import { readToken } from '../api/token.ts';
import type { Asked, Check, Question, Questions, Told } from './questions.ts';

/** Address of the worker's bundle; the build puts it in. */
declare const CHECKER_URL: string;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
  onCheck: ((check: Check) => void) | undefined;
  onNote: ((text: string) => void) | undefined;
}

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, Waiting>();

/**
 * Asks the checker, a worker that parses, verifies and replays apart from the page, so that the page stays usable and
 * its first load small. It is fetched with the first question.
 */
export function askChecker<Q extends Question>(
  question: Q,
  args: Questions[Q]['args'],
  listen: { onCheck?(check: Check): void; onNote?(text: string): void } = {},
): Promise<Questions[Q]['answer']> {
  worker ??= start();
  const id = ++lastId;
  const token = readToken();
  const asked: Asked<Q> = { id, question, args, ...(token === undefined ? {} : { token }) };
  return new Promise((resolve, reject) => {
    waiting.set(id, {
      resolve: answer => resolve(answer as Questions[Q]['answer']),
      reject,
      onCheck: listen.onCheck,
      onNote: listen.onNote,
    });
    worker?.postMessage(asked);
  });
}

function start(): Worker {
  const started = new Worker(CHECKER_URL, { type: 'module' });
  started.onmessage = ({ data }: MessageEvent<Told>) => {
    const asked = waiting.get(data.id);
    if (!asked) return;
    if (data.kind === 'check') return asked.onCheck?.(data.check);
    if (data.kind === 'note') return asked.onNote?.(data.text);
    waiting.delete(data.id);
    if (data.kind === 'answer') asked.resolve(data.answer);
    else asked.reject(new Error(data.message));
  };
  started.onerror = () => {
    worker = undefined;
    for (const asked of waiting.values()) {
      asked.reject(new Error('The part of the page that checks could not be loaded. Load the page again.'));
    }
    waiting.clear();
  };
  return started;
}
