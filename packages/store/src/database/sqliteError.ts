/** SQLITE_FULL: no space for what was to be written. */
export const SQLITE_FULL = 13;

/** What Node's SQLite throws, for drivers that are not Node's. `errcode` is the extended result code, `errstr` its name. */
export function sqliteError(errcode: number, errstr: string, message: string = errstr): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode, errstr });
}
