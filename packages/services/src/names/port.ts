import type { NamedNode } from '@koinon/api';

/** What others may ask of the names of nodes. */
export interface NamesPort {
  /** Every node that has a name now, by its address ascending. */
  list(): Promise<NamedNode[]>;
}
