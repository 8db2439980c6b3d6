import { SQLITE_FULL, sqliteError } from '@koinon/store';

/** What a driver throws when the disk is full. */
export function sqliteFull(): Error {
  return sqliteError(SQLITE_FULL, 'database or disk is full');
}

/** What Node throws when a file finds no space. */
export function noSpace(syscall: string): Error {
  const code = 'ENOSPC';
  return Object.assign(new Error(`${code}: no space left on device, ${syscall}`), {
    code,
    errno: -28,
    syscall,
  });
}
