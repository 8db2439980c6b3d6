import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KoinonError } from '@koinon/protocol';

export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this process. The lock is the operating system's, taken through SQLite, so it ends with the
 * process however that dies, and no stale one can remain. Throws `K_STORE_LOCKED` when another holds it.
 */
export function lockFolder(folder: string): FolderLock {
  const path = join(folder, 'lock');
  closeSync(openSync(path, 'a', 0o600));
  const lock = new DatabaseSync(path, { timeout: 0 });
  const holderPath = join(folder, 'lock.pid');
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    const pid = holder(holderPath);
    throw new KoinonError({
      code: 'K_STORE_LOCKED',
      message: `Another process${pid === undefined ? '' : ` (${pid})`} is using the folder ${folder}.`,
      fault: 'user',
      data: pid === undefined ? { folder } : { folder, pid },
      next: 'Stop that process, or give this one a folder of its own.',
      cause,
    });
  }
  writeFileSync(holderPath, String(process.pid), { mode: 0o600 });
  return { release: () => lock.close() };
}

function holder(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}
