import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Changes members of a node's `config.json`, for its next start. */
export function changeConfig(home: string, change: Record<string, unknown>): void {
  const path = join(home, 'config.json');
  const config = JSON.parse(readFileSync(path, 'utf8')) as object;
  writeFileSync(path, JSON.stringify({ ...config, ...change }));
}
