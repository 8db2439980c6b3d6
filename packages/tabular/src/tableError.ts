import { KoinonError } from '@koinon/protocol';

/** A fault in the user's table: what is wrong and what to do about it. */
export function tableError(
  code: `K_TABLE_${string}`,
  message: string,
  next: string,
  data?: Record<string, unknown>,
): KoinonError {
  return new KoinonError({ code, message, fault: 'user', next, ...(data === undefined ? {} : { data }) });
}

/** A cell or name as it may be shown in a message: short, in quotes, without control characters. */
export function shown(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return `"${short.replace(/\p{C}/gu, '·')}"`;
}

/** A name as it is typed in a shell. */
export function quoteWord(name: string): string {
  return /^[A-Za-z0-9_.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
