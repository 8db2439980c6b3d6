import type { NodePorts } from '@koinon/kernel';
import type { ServingPort } from '../serving/port.ts';
import type { JobServices } from './job/performJob.ts';

/** What a study works with. */
export interface StudyServices extends JobServices {
  ports: NodePorts;
  serving: ServingPort;
  /** CIDs of the programs Koinon ships, by name; their bytes are in this node's store. */
  programs: ReadonlyMap<string, string>;
}
