import type { Manifest } from '@koinon/protocol';

/** Bits of the files a job may let out as they are, for the gate knows no facts of their class: 256^n of each size n. */
export function opaqueBits({ outputs }: Pick<Manifest, 'outputs'>): number {
  return outputs.reduce((sum, output) => sum + (output.class === 'table' ? 8 * output.maxBytes + 1 : 0), 0);
}
