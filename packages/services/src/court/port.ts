import type { Hex } from '@koinon/protocol';

/** What others may ask of what this node does before the court. */
export interface CourtPort {
  /** The roots a provider served, or this node's own where all of them are the same. */
  servedRoots(receipt: Hex): readonly Hex[] | undefined;
}
