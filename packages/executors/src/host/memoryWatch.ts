import { type ChildProcess, execFile } from 'node:child_process';
import type { KoinonError } from '@koinon/protocol';
import type { ChildLimits } from './command.ts';
import { hostMemory } from './failures.ts';

const EVERY_MS = 250;
/** Resident memory of an idle child, bytes. */
const IDLE_RESIDENT_BYTES = 160 * 2 ** 20;

/**
 * Kills a child whose resident memory exceeds the limit, where the kernel keeps no limit on data segments (macOS).
 * Slower than a limit and later by up to a quarter second. Returns what stops the watch.
 */
export function watchMemory(
  child: ChildProcess,
  limits: ChildLimits,
  kill: (reason: KoinonError) => void,
): () => void {
  const timer = setInterval(() => {
    if (child.pid === undefined) return;
    execFile('/bin/ps', ['-o', 'rss=', '-p', String(child.pid)], { env: {} }, (error, out) => {
      const bytes = Number(out) * 1024;
      if (!error && bytes > limits.memoryBytes + IDLE_RESIDENT_BYTES) {
        kill(hostMemory(limits.memoryBytes, 'its process holds more'));
      }
    });
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
