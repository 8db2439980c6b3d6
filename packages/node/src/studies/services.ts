import type { Workflows } from '../durable/workflow.ts';
import type { Catalogue } from '../models/catalogue.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { Payer } from '../request/payer.ts';
import type { ChannelBook } from '../work/channelBook.ts';

/** What a study works with. */
export interface StudyServices {
  ports: NodePorts;
  workflows: Workflows;
  channels: ChannelBook;
  payer: Payer;
  catalogue: Catalogue;
  /** CIDs of the programs Koinon ships, by name; their bytes are in this node's store. */
  programs: ReadonlyMap<string, string>;
}
