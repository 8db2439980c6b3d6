/** The two ends of a digest or address: enough to recognise it, short enough to read. */
export function short(text: string): string {
  return text.length > 22 ? `${text.slice(0, 10)}…${text.slice(-6)}` : text;
}

export function count(number: number | bigint, noun: string): string {
  return `${number} ${noun}${BigInt(number) === 1n ? '' : 's'}`;
}

export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Bytes in the unit people use for files. */
export function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
}

/** Parts per million as a percentage: "2.5 %". */
export function percent(ppm: number): string {
  return `${Number((ppm / 10_000).toFixed(4))} %`;
}

/** Base units of KOIN (18 decimals) in whole tokens: "0.011 KOIN". */
export function koin(amount: bigint): string {
  const fraction = (amount % 10n ** 18n).toString().padStart(18, '0').replace(/0+$/, '');
  return `${amount / 10n ** 18n}${fraction === '' ? '' : `.${fraction}`} KOIN`;
}

/** A time in unix seconds as people write it, in UTC. */
export function time(seconds: bigint | number): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().replace(/\.000Z$/, 'Z');
}
