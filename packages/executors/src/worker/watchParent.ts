import { Worker } from 'node:worker_threads';

/**
 * Where neither setpriv nor bubblewrap ties the child to its parent: a thread that waits for the end of stdin and
 * then kills the process, also while the main thread is inside a program. Only after the job was read.
 */
export function watchParent(): void {
  if (!process.argv.includes('--watch-parent')) return;
  const source = `
    const { readSync } = require('node:fs');
    try { while (readSync(0, new Uint8Array(16)) > 0); } catch {}
    process.kill(process.pid, 'SIGKILL');`;
  new Worker(source, { eval: true }).unref();
}
