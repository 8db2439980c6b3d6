import type { JobBook } from './jobBook.ts';

/** What others may ask of the work done here. */
export interface WorkPort {
  /** The orders this node took on. */
  jobs: Pick<JobBook, 'get' | 'list' | 'byReceipt' | 'counts'>;
}
