import type { Catalogue } from '../models/catalogue.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { JobServices } from '../request/performJob.ts';

/** What a study works with. */
export interface StudyServices extends JobServices {
  ports: NodePorts;
  catalogue: Catalogue;
  /** CIDs of the programs Koinon ships, by name; their bytes are in this node's store. */
  programs: ReadonlyMap<string, string>;
}
