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
