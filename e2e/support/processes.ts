import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.ts';

/** A process, told from a later one with the same number by when it started. */
interface Seen {
  pid: number;
  parent: number;
  startedAt: string;
  command: string;
}

/** Why these tests cannot look at processes here, or false. */
export const skipWithoutProc = readProcess(process.pid) === undefined && 'there is no /proc';

/** How long whatever was started may take to notice that it should end, milliseconds. */
const ENDING_MS = 10_000;

/** Remembers every process that descends from one, or has a word in its command line, for as long as it watches. */
export class ProcessWatch {
  readonly #root: number;
  readonly #word: string;
  readonly #seen = new Map<string, Seen>();

  /** `root` itself is not remembered. */
  constructor(root: number, word: string) {
    this.#root = root;
    this.#word = word;
  }

  /** Looks around now; how many were ever seen. */
  look(): number {
    const all = processes();
    const family = new Set([this.#root, ...[...this.#seen.values()].map(({ pid }) => pid)]);
    for (let size = 0; size !== family.size; ) {
      size = family.size;
      for (const { pid, parent } of all) if (family.has(parent)) family.add(pid);
    }
    for (const found of all) {
      if (found.pid === this.#root || found.pid === process.pid) continue;
      if (family.has(found.pid) || found.command.includes(this.#word)) {
        this.#seen.set(`${found.pid} ${found.startedAt}`, found);
      }
    }
    return this.#seen.size;
  }

  /** Commands of those that still run. */
  alive(): string[] {
    this.look();
    const now = new Set(processes().map(({ pid, startedAt }) => `${pid} ${startedAt}`));
    return [...this.#seen].filter(([key]) => now.has(key)).map(([, { command }]) => command);
  }

  /** Waits until none is left; throws with the commands of those that stay. */
  async allGone(): Promise<void> {
    await until('nothing that was started still runs', ENDING_MS, () => this.alive().length === 0).catch(
      error => {
        throw new Error(`${error.message}. Still there: ${this.alive().join(' | ')}`);
      },
    );
  }
}

function processes(): Seen[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => readProcess(Number(name)) ?? []);
}

/** Undefined when it is gone, or only waits for its parent to take notice. */
function readProcess(pid: number): Seen | undefined {
  try {
    // The name, in brackets, may hold anything; what follows the last bracket is numbers.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(parent), startedAt: rest[17] ?? '', command };
  } catch {
    return undefined;
  }
}
