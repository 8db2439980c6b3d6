import { usageError } from './usageError.ts';

/** Whole tokens of an amount in base units, 18 decimals, without trailing zeros. */
export function koin(amount: string | bigint): string {
  const padded = amount.toString().padStart(19, '0');
  const fraction = padded.slice(-18).replace(/0+$/, '');
  return `${padded.slice(0, -18)}${fraction ? `.${fraction}` : ''}`;
}

/** Base units of an amount written in KOIN, such as `0.25`. Throws `K_USAGE`. */
export function parseKoin(text: string): bigint {
  const match = /^(\d{1,15})(?:\.(\d{1,18}))?$/.exec(text);
  if (!match) {
    throw usageError(`"${text}" is not an amount of KOIN.`, 'Write a number such as 12 or 0.25.');
  }
  return BigInt(match[1]!) * 10n ** 18n + BigInt((match[2] ?? '').padEnd(18, '0'));
}

export function byteCount(count: number): string {
  return count < 1024
    ? `${count} B`
    : count < 2 ** 20
      ? `${(count / 1024).toFixed(1)} KiB`
      : `${(count / 2 ** 20).toFixed(1)} MiB`;
}

/** A hash or address short enough for a line, long enough to find it by. */
export function short(hex: string): string {
  return hex.length > 20 ? `${hex.slice(0, 10)}…${hex.slice(-6)}` : hex;
}

/** How long ago, in the largest unit that fits. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}
