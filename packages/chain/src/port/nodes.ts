import type { Hex } from '@koinon/protocol';
import type { Mined, WriteOptions } from './transaction.ts';

/** A node as the registry knows it. */
export interface NodeRecord {
  operator: Hex;
  /** Who staked it and alone can withdraw. */
  owner: Hex;
  /** libp2p peer id, base58btc text. */
  peerId: string;
  /** Bit set, see `roles` of the protocol. */
  roles: number;
  /** Digest of the node's public description; 32 zero bytes for none. */
  metadata: Hex;
  /** Last announced, as given: parse before dialling, strangers write these. */
  multiaddrs: string[];
  /** Base units of KOIN that count at this moment. */
  stake: bigint;
  /** Unix seconds. */
  registeredAt: number;
}

export interface RegisterNode {
  /** Defaults to the sending account. */
  owner?: Hex;
  peerId: string;
  roles: number;
  metadata?: Hex;
  multiaddrs?: string[];
}

export interface LogAnchor {
  size: bigint;
  root: Hex;
  transaction: Hex;
  block: number;
  blockHash: Hex;
}

export interface Stake {
  operator: Hex;
  stake: bigint;
}

/** The sending account is the operator wherever none is named. Addresses come back in lower case. */
export interface Nodes {
  list(): Promise<NodeRecord[]>;
  /** Everyone who is registered, by what the index has seen of the chain: one look however many there are. */
  operators(): Promise<ReadonlySet<Hex>>;
  get(operator: Hex): Promise<NodeRecord | undefined>;
  register(node: RegisterNode, options?: WriteOptions): Promise<Mined>;
  announce(multiaddrs: string[], options?: WriteOptions): Promise<Mined>;
  setRoles(roles: number, options?: WriteOptions): Promise<Mined>;
  /** Replaces what is given and keeps the rest. */
  update(
    changes: { peerId?: string; roles?: number; metadata?: Hex },
    options?: WriteOptions,
  ): Promise<Mined>;
  /** Moves `amount` base units of KOIN from the sending account into the node's stake; allowance is seen to. */
  stake(operator: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  /** Starts the delay after which the owner may withdraw; what is unstaking backs nothing. */
  requestUnstake(operator: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  withdrawStake(operator: Hex, to: Hex, options?: WriteOptions): Promise<Mined>;
  /**
   * Base units of KOIN that the court can still take: what counts, what disputes hold, and what is unstaking until it is
   * withdrawn. 0 for who is no node.
   */
  slashable(operator: Hex): Promise<bigint>;
  /** Base units staked as the block ended; `block` must be past. */
  stakeAt(operator: Hex, block: number): Promise<bigint>;
  /** Everyone who had stake as the block ended, ascending by operator: what the lot is drawn from. */
  stakesAt(block: number): Promise<Stake[]>;
  /** `size` and `root` of the sending node's log; the size never shrinks, an equal size has an equal root. */
  anchor(size: bigint, root: Hex, options?: WriteOptions): Promise<Mined>;
  /** The last anchor; size 0, root of 32 zero bytes and block 0 when there is none. */
  head(operator: Hex): Promise<{ size: bigint; root: Hex; block: number }>;
  /** The first anchor of that node with size at least `minSize`, once there is one. */
  anchorTransaction(operator: Hex, minSize: bigint): Promise<LogAnchor | undefined>;
  /** Every anchor of the node that the index has seen, ascending. */
  anchors(operator: Hex): Promise<LogAnchor[]>;
}
