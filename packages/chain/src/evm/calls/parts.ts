import type { Hex } from '@koinon/protocol';
import type { BlockHead } from '../../port/chain.ts';
import type { Contracts } from '../../port/contracts.ts';
import type { Deployed } from '../contracts/deployed.ts';
import type { EventIndex } from '../index/eventIndex.ts';
import type { Rpc } from '../rpc/failover.ts';
import type { Heads } from '../rpc/heads.ts';
import type { Allow } from './allow.ts';
import type { WithPermit } from './permit.ts';

/** What the calls of the network's own contracts are made with; each takes its share. */
export interface CallParts {
  contracts: Contracts;
  /** The network's own contracts. */
  on: Deployed;
  index: EventIndex;
  /** Who sends; the zero address for a chain that only reads. */
  account: Hex;
  allow: Allow;
  withPermit: WithPermit;
  rpc: Rpc;
  heads: Heads;
  block(number: number): Promise<BlockHead>;
  waitForBlock(number: number, signal?: AbortSignal): Promise<BlockHead>;
}
