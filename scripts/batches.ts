/** Starting a process and loading a file takes about this long, whatever its tests do. */
const LOADING_MS = 200;

/** A file that was not measured yet. */
const UNKNOWN_MS = 1_000;

/**
 * Cuts files into so many batches of about the same length, in the order of their names: files of one folder load the same
 * modules.
 *
 * @param times - milliseconds that files took before
 */
export function batchesOf(
  files: readonly string[],
  times: Readonly<Record<string, number>>,
  count: number,
): string[][] {
  const cost = (file: string) => LOADING_MS + (times[file] ?? UNKNOWN_MS);
  const total = files.reduce((sum, file) => sum + cost(file), 0);
  const batches = Array.from({ length: count }, (): string[] => []);
  let before = 0;
  for (const file of [...files].sort()) {
    const middle = before + cost(file) / 2;
    batches[Math.floor((middle / total) * count)]!.push(file);
    before += cost(file);
  }
  return batches.filter(batch => batch.length > 0);
}
