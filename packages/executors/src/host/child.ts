import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { KoinonError } from '@koinon/protocol';
import { encodeMessage, type Message, type MessageCaps, MessageError, MessageReader } from '../message.ts';
import { type ChildLimits, type ChildProgram, childCommand } from './command.ts';
import { hostGarbled, hostKilled, hostMemory } from './failures.ts';
import { watchMemory } from './memoryWatch.ts';
import type { Sandbox } from './sandbox.ts';

/** A running child. Whatever it says is only a message within the caps; nobody has believed it yet. */
export interface Child {
  /** Of the outermost process. */
  readonly pid: number;
  send(message: Message): void;
  /** The next message. Rejects once the child is gone, with why. */
  next(): Promise<Message>;
  /** Kills the whole process group; pending and later `next` reject with `reason`. Does nothing the second time. */
  kill(reason: KoinonError): void;
  /** Resolves when the process is reaped and its pipes are closed. */
  readonly closed: Promise<void>;
}

const STDERR_KEPT_BYTES = 4_096;
/** Messages that may wait unread; a child that sends more is talking nonsense. */
const MAX_WAITING = 1_024;

/** Starts a child with an empty environment, `/` as its folder, and no file descriptors but its pipes. */
export function startChild(
  sandbox: Sandbox,
  program: ChildProgram,
  limits: ChildLimits,
  caps: MessageCaps,
): Child {
  const { file, args } = childCommand(sandbox, program, limits);
  const withFilter = sandbox.kind === 'bubblewrap' && sandbox.seccomp !== undefined;
  const started: ChildProcess = spawn(file, args, {
    env: {},
    cwd: '/',
    // A group of its own: one signal ends it with everything it started.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...(withFilter ? (['pipe'] as const) : [])],
  });
  // Without free file descriptors there are no pipes; then `error` follows.
  const stdin = started.stdin;
  stdin?.on('error', () => {}); // the child is gone; `closed` says so
  if (withFilter) {
    const filter = started.stdio[3] as Writable | null | undefined;
    filter?.on('error', () => {});
    filter?.end(sandbox.seccomp);
  }

  const reader = new MessageReader(caps);
  const waiting: Message[] = [];
  let wanted: { resolve(message: Message): void; reject(error: KoinonError): void } | undefined;
  let failure: KoinonError | undefined;
  let stderr = '';

  const fail = (error: KoinonError) => {
    failure ??= error;
    wanted?.reject(failure);
    wanted = undefined;
  };
  const kill = (reason: KoinonError) => {
    fail(reason);
    if (started.pid === undefined || started.exitCode !== null || started.signalCode !== null) return;
    try {
      process.kill(-started.pid, 'SIGKILL');
    } catch {
      started.kill('SIGKILL');
    }
  };
  const stopWatch =
    sandbox.sh && process.platform === 'linux' ? undefined : watchMemory(started, limits, kill);

  started.stdout?.on('data', (bytes: Buffer) => {
    if (failure) return;
    try {
      for (const message of reader.push(bytes)) {
        if (wanted) wanted.resolve(message);
        else waiting.push(message);
        wanted = undefined;
      }
      if (waiting.length > MAX_WAITING) throw new MessageError('too many messages');
    } catch (error) {
      kill(hostGarbled(error instanceof Error ? error.message : 'unreadable'));
    }
  });
  started.stderr?.on('data', (bytes: Buffer) => {
    if (stderr.length < STDERR_KEPT_BYTES) stderr += bytes.toString('latin1').slice(0, STDERR_KEPT_BYTES);
  });
  const closed = new Promise<void>(resolve => {
    started.once('error', cause => {
      fail(hostKilled(`it could not be started (${cause.message})`));
      if (started.pid === undefined) resolve();
    });
    started.once('close', (code, signal) => {
      stopWatch?.();
      if (waiting.length === 0 || failure) fail(whyGone(code, signal, stderr, limits));
      failure ??= whyGone(code, signal, stderr, limits);
      resolve();
    });
  });

  return {
    pid: started.pid ?? -1,
    closed,
    kill,
    send: message => {
      for (const part of encodeMessage(message)) stdin?.write(part);
    },
    next: () => {
      const message = waiting.shift();
      if (message) return Promise.resolve(message);
      if (failure) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        wanted = { resolve, reject };
      });
    },
  };
}

/** V8 says "out of memory" or "allocation failed" on stderr before it aborts. */
function whyGone(
  code: number | null,
  signal: string | null,
  stderr: string,
  limits: ChildLimits,
): KoinonError {
  if (
    /out of memory|alloc\w+ (memory )?failed|failed to allocate|bad_alloc|memory_allocation_failed/i.test(
      stderr,
    )
  ) {
    return hostMemory(limits.memoryBytes, 'its process ran out of it');
  }
  const how = signal ? `signal ${signal}` : `exit code ${code}`;
  return hostKilled(how, { exitCode: code, signal, stderr: printable(stderr).slice(-1_000) });
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\n]/g, '?');
}
