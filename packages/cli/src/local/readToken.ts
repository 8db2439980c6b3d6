import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The API token of a node's folder; undefined when there is none to read. */
export function readToken(home: string): string | undefined {
  try {
    return readFileSync(join(home, 'api-token'), 'utf8').trim();
  } catch {
    return undefined;
  }
}
