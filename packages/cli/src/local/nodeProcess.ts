import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ErrorRecord, type Hex, KoinonError } from '@koinon/protocol';
import { z } from 'zod';

const message = z.union([
  z.object({ event: z.literal('ready'), operator: z.string(), url: z.string() }),
  z.object({
    event: z.literal('failed'),
    error: z.object({ code: z.string(), message: z.string(), next: z.string().optional() }).loose(),
  }),
]);

export interface NodeProcess {
  name: string;
  home: string;
  operator: Hex;
  url: string;
  pid: number;
  exited: Promise<number | null>;
  /** Asks it to leave and waits; kills it when it takes longer than a few seconds. */
  stop(): Promise<void>;
  /** Ends it without a word, as a power cut would. */
  kill(): Promise<void>;
}

const STOP_PATIENCE_MS = 5_000;

/** Starts a node of a folder as a process of its own and waits until it serves. Throws what kept it from starting. */
export async function startNodeProcess(
  name: string,
  home: string,
  extra: string[] = [],
): Promise<NodeProcess> {
  const main = fileURLToPath(import.meta.resolve('@koinon/node/main'));
  // In a process group of its own, so that Ctrl-C reaches it only through us: the order of leaving matters.
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, home, ...extra], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let complaint = '';
  child.stderr.on('data', chunk => {
    complaint = `${complaint}${chunk}`.slice(-4000);
  });
  const exited = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)));
  const ready = await Promise.race([
    firstMessage(child),
    // Its streams are closed when all of its last words have been read.
    once(child, 'close').then(([code]) => {
      const words = complaint.trim();
      throw nodeFailed(name, home, `it ended with code ${code}${words === '' ? '' : `: ${words}`}`);
    }),
  ]);
  if (ready.event === 'failed') {
    const { error } = ready;
    throw new KoinonError({
      code: error.code as ErrorRecord['code'] as `K_${string}`,
      message: `Node ${name} did not start: ${error.message}`,
      fault: 'platform',
      ...(error.next ? { next: error.next } : {}),
    });
  }
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    name,
    home,
    operator: ready.operator as Hex,
    url: ready.url,
    pid: child.pid!,
    exited,
    kill,
    stop: async () => {
      child.stdin.end();
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

async function firstMessage(child: ChildProcess): Promise<z.output<typeof message>> {
  const lines = createInterface({ input: child.stdout! });
  const [line] = (await once(lines, 'line')) as [string];
  return message.parse(JSON.parse(line));
}

function nodeFailed(name: string, home: string, reason: string): KoinonError {
  return new KoinonError({
    code: 'K_NODE_START',
    message: `Node ${name} did not start: ${reason}.`,
    fault: 'platform',
    next: `Look at ${join(home, 'node.log')}.`,
  });
}
