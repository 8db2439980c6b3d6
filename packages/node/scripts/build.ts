import { join } from 'node:path';
import { bundle } from '../../../scripts/bundle.ts';

/** Bundles the node's process. */
export function buildNode(): Promise<boolean> {
  const root = join(import.meta.dirname, '..');
  return bundle({ outdir: join(root, 'dist'), entries: { main: join(root, 'src/process/main.ts') } });
}

if (import.meta.main) await buildNode();
