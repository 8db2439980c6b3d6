import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import './built.ts';
import { until } from './until.ts';

const main = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'dist', 'main.mjs');

/** The command line as a process of its own, as it was built. */
export interface Koinon {
  child: ChildProcess;
  pid: number;
  /** All it has said so far. */
  stdout(): string;
  stderr(): string;
  /** Waits for words in what it says; throws when it ends without them. */
  says(words: string, withinMs: number): Promise<void>;
  /** Its exit code, null when a signal ended it. */
  ended: Promise<number | null>;
}

/** Starts `koinon --home HOME WORDS…`. */
export function koinon(home: string, ...words: string[]): Koinon {
  const child = spawn(process.execPath, [main, '--home', home, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let hasEnded = false;
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]) => {
    hasEnded = true;
    return code as number | null;
  });
  return {
    child,
    pid: child.pid!,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    says: async (words, withinMs) => {
      await until(`"${words}" from koinon`, withinMs, () => stdout.includes(words) || hasEnded);
      if (!stdout.includes(words)) throw new Error(`koinon ended without "${words}":\n${stdout}\n${stderr}`);
    },
  };
}
