import { join } from 'node:path';
import { bundle } from '../../../scripts/bundle.ts';

/** Bundles the node's process, and the thread in which it reads what others wrote. */
export function buildNode(): Promise<boolean> {
  const root = join(import.meta.dirname, '..');
  const entries = {
    main: join(root, 'src/process/main.ts'),
    gateWorker: join(root, 'src/gate/gateWorker.ts'),
  };
  return bundle({ outdir: join(root, 'dist'), entries });
}

if (import.meta.main) await buildNode();
