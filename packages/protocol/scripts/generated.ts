import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes the files, or with `--check` among the arguments only compares them. Exits 1 naming the first that differs.
 */
export function writeGenerated(files: ReadonlyArray<{ url: URL; text: string }>, command: string): void {
  const isCheck = process.argv.includes('--check');
  for (const { url, text } of files) {
    if (isCurrent(url, text)) continue;
    if (isCheck) {
      console.error(`${url.pathname} is out of date. Run: ${command}`);
      process.exit(1);
    }
    writeFileSync(url, text);
    console.log(`wrote ${url.pathname}`);
  }
}

/** True when the file holds exactly this text. */
export function isCurrent(url: URL, text: string): boolean {
  try {
    return readFileSync(url, 'utf8') === text;
  } catch {
    return false;
  }
}
