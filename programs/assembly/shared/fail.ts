import { fdWrite, procExit } from "./wasi";

/** Exit codes of the shipped programs; docs/write-a-program.md lists them for readers. */
export const BAD_PARAMETERS: u32 = 2;
export const BAD_INPUT: u32 = 3;
export const CANNOT_COMPUTE: u32 = 4;
export const OUT_OF_MEMORY: u32 = 5;
export const CANNOT_WRITE: u32 = 6;
export const PROGRAM_BUG: u32 = 70;

/** Ends the program with `code` after one line on stderr. Never returns. */
export function fail(code: u32, message: string): void {
  say(message);
  procExit(code);
  unreachable();
}

/** Writes one line to stderr. */
export function say(message: string): void {
  const bytes = String.UTF8.encode(message + "\n");
  const vector = heap.alloc(12);
  store<u32>(vector, <u32>changetype<usize>(bytes));
  store<u32>(vector, bytes.byteLength, 4);
  fdWrite(2, vector, 1, vector + 8);
}

/** What the compiler calls on a failed assertion or a thrown error; stands in for the import `env.abort`. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const reason = message === null ? "" : message;
  const where = file === null ? "?" : file;
  fail(PROGRAM_BUG, `internal error: ${reason} at ${where}:${line}:${column}`);
}
