import { join } from 'node:path';
import { bundle } from '../../../scripts/bundle.ts';

/** Bundles the command line. */
export function buildCli(): Promise<boolean> {
  const root = join(import.meta.dirname, '..');
  return bundle({ outdir: join(root, 'dist'), entries: { main: join(root, 'src/main.ts') } });
}

if (import.meta.main) await buildCli();
