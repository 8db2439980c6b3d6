/** The first and last characters of a long hash or address; short texts stay whole. */
export function shortHex(text: string): string {
  return text.length > 18 ? `${text.slice(0, text.startsWith('0x') ? 8 : 9)}…${text.slice(-6)}` : text;
}

/** The same, shorter still, for drawings. */
export function tinyHex(text: string): string {
  return text.length > 12 ? `${text.slice(0, 6)}…${text.slice(-4)}` : text;
}

/** A 32-bit float as people wrote it: the shortest decimal that stands for it, "20.3" for 20.299999237060547. */
export function float32(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === Math.fround(value)) return String(Number(text));
  }
  return String(value);
}

/** Whole tokens of an amount in base units (18 decimals), without trailing zeros: "0.011". */
export function koin(amount: string): string {
  const padded = amount.padStart(19, '0');
  const whole = padded.slice(0, -18).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = padded.slice(-18).replace(/0+$/, '');
  return fraction ? `${whole}.${fraction}` : whole;
}

/** A number with thousands separated: "24,224,000". Takes decimal text of any length. */
export function grouped(value: string | number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** A span of time for a person: "80 ms", "2.4 s", "3 min 5 s". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** How long ago, coarsely: "just now", "5 minutes ago". */
export function ago(ms: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - ms) / 1000));
  if (seconds < 45) return 'just now';
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    const count = Math.round(seconds / size);
    if (seconds >= size * 0.75) return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
  }
  return 'just now';
}

export function dateTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** A share as a percentage with one decimal: "89.1 %"; null is said as such. */
export function percent(share: number | null): string {
  return share === null ? 'not computable' : `${(share * 100).toFixed(1)} %`;
}

export function count(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;
}
