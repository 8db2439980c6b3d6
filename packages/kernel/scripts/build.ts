import { join } from 'node:path';
import { bundle } from '../../../scripts/bundle.ts';

/** Bundles the thread in which a node reads what others wrote. */
export function buildKernel(): Promise<boolean> {
  const root = join(import.meta.dirname, '..');
  return bundle({
    outdir: join(root, 'dist'),
    entries: { gateWorker: join(root, 'src/gate/gateWorker.ts') },
  });
}

if (import.meta.main) await buildKernel();
