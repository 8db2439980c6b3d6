import type { Deployment, Hex, Signed } from '@koinon/protocol';
import type { Audits, Beacon, Court, CourtFact, CourtTerms } from './court.ts';

/** The only source of time here. */
export interface Clock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface BlockHead {
  number: number;
  hash: Hex;
  /** Unix seconds. */
  timestampSeconds: number;
}

/** Where a transaction ended up. */
export interface Mined {
  transaction: Hex;
  block: number;
  blockHash: Hex;
  gasUsed: bigint;
}

/**
 * `key` makes a transaction happen once: the same account sending again under the same key, even after a restart, gets
 * the first one's result and nothing is sent. Without a key every call is a new transaction.
 */
export interface WriteOptions {
  key?: string;
}

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

/** What the id of a channel is made of. */
export interface ChannelParams {
  payer: Hex;
  payee: Hex;
  token: Hex;
  /** The plain key that signs the vouchers. */
  signer: Hex;
  number: bigint;
  /**
   * Assurance asked for: KOIN base units of free stake the payee must hold for every 10^18 base units of `token` it has
   * claimed and that have not matured; 0 for none.
   */
  coverage: bigint;
}

export interface ChannelState {
  /** Everything ever put in, base units. */
  deposited: bigint;
  /** Everything claimed or given back, never resets: vouchers up to here are worthless. */
  claimed: bigint;
  /** Unix seconds from which the payer may close; undefined while closing was not asked for. */
  closesAt: number | undefined;
}

export interface OpenChannel {
  payee: Hex;
  token: Hex;
  /** Defaults to the sending account. */
  signer?: Hex;
  number: bigint;
  amount: bigint;
  /** See `ChannelParams`; 0 by default. */
  coverage?: bigint;
}

export interface ClaimOutcome extends Mined {
  /** Base units this claim moved, after the caps. */
  claimed: bigint;
}

/** Two windows' worth; what is older matures first. */
export interface MaturingClaims {
  older: bigint;
  newer: bigint;
  /** Unix seconds at which `older` joins the balance; `newer` does one challenge window later. */
  olderMaturesAt: number;
}

export interface Escrow {
  /** Free base units of the account inside the escrow. */
  balance(token: Hex, account: Hex): Promise<bigint>;
  /** Moves tokens in: with a permit where the token has one, by allowance otherwise. */
  deposit(token: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  withdraw(token: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  openChannel(
    channel: OpenChannel,
    options?: WriteOptions,
  ): Promise<Mined & { channel: Hex; params: ChannelParams }>;
  channelId(params: ChannelParams): Hex;
  channel(params: ChannelParams): Promise<ChannelState>;
  topUp(params: ChannelParams, amount: bigint, options?: WriteOptions): Promise<Mined>;
  claim(params: ChannelParams, voucher: Signed<'Voucher'>, options?: WriteOptions): Promise<ClaimOutcome>;
  /** Vouchers that bring nothing or exceed their deposit are skipped. */
  claimMany(
    claims: readonly { params: ChannelParams; voucher: Signed<'Voucher'> }[],
    options?: WriteOptions,
  ): Promise<ClaimOutcome>;
  /** By the payer; the payee then has the close delay to claim. */
  requestClose(params: ChannelParams, options?: WriteOptions): Promise<Mined>;
  /** By the payee at any time, by anybody once due: what is left goes back to the payer's balance. */
  close(params: ChannelParams, options?: WriteOptions): Promise<Mined>;
  /** What the payee has claimed and can still lose; it joins the balance by itself after one to two windows. */
  maturing(token: Hex, payee: Hex): Promise<MaturingClaims>;
  /** KOIN of free stake that the payee's maturing claims ask for. */
  exposure(payee: Hex): Promise<bigint>;
  /** Channels ever opened by or to the account, oldest first. */
  channels(party: { payer?: Hex; payee?: Hex }): Promise<{ channel: Hex; params: ChannelParams }[]>;
}

export interface PublishDataset {
  /** sha-256 digests. */
  metadataDigest: Hex;
  contentRoot: Hex;
  policyDigest: Hex;
  /** Operator address of the node that holds the bytes. */
  custodian: Hex;
  /** Most zCDP ever to be spent on it, micro-rho. */
  capMicroRho: bigint;
}

export interface DatasetRecord extends PublishDataset {
  id: bigint;
  owner: Hex;
  /** Grants name it; selling the dataset or `revokeAll` raises it, which ends every earlier grant. */
  epoch: bigint;
  spentMicroRho: bigint;
  reservedMicroRho: bigint;
}

export interface GrantState {
  /** The dataset's present epoch, owner and policy: a grant that names others has ended. */
  epoch: bigint;
  owner: Hex;
  policyDigest: Hex;
  revoked: boolean;
  usesTaken: number;
}

export interface Reservation {
  status: 'none' | 'reserved' | 'spent' | 'released';
  /** What is reserved, or what was spent. */
  microRho: bigint;
}

export interface Datasets {
  publish(dataset: PublishDataset, options?: WriteOptions): Promise<Mined & { id: bigint }>;
  get(id: bigint): Promise<DatasetRecord | undefined>;
  list(): Promise<DatasetRecord[]>;
  /** What decides whether a grant (by its EIP-712 digest) still stands. */
  grantState(id: bigint, grantDigest: Hex): Promise<GrantState>;
  revokeGrant(id: bigint, grantDigest: Hex, options?: WriteOptions): Promise<Mined>;
  revokeAll(id: bigint, options?: WriteOptions): Promise<Mined>;
  setMetadata(id: bigint, metadataDigest: Hex, options?: WriteOptions): Promise<Mined>;
  setCustodian(id: bigint, custodian: Hex, options?: WriteOptions): Promise<Mined>;
  /** Ends the grants given under the earlier policy. */
  setPolicy(id: bigint, policyDigest: Hex, options?: WriteOptions): Promise<Mined>;
  /** Gives the dataset to another owner, which ends every grant. */
  transfer(id: bigint, to: Hex, options?: WriteOptions): Promise<Mined>;
  /** By the custodian: takes one use of the grant and holds budget (0 where nothing is spent) for the order. */
  reserve(grant: Signed<'Grant'>, orderDigest: Hex, microRho: bigint, options?: WriteOptions): Promise<Mined>;
  /** By the custodian: `microRho` of the reservation is spent for good, the rest is free again. */
  spend(id: bigint, orderDigest: Hex, microRho: bigint, options?: WriteOptions): Promise<Mined>;
  /** By the custodian, when nothing left: the budget is free and the grant gets its use back. */
  release(id: bigint, grantDigest: Hex, orderDigest: Hex, options?: WriteOptions): Promise<Mined>;
  reservation(id: bigint, orderDigest: Hex): Promise<Reservation>;
}

export interface RegisterModel {
  /** sha-256 digest of the model file. */
  model: Hex;
  /** sha-256 digest of its passport. */
  passport: Hex;
  /** Model digests it was made from. */
  parents: Hex[];
}

export interface ModelRecord extends RegisterModel {
  publisher: Hex;
  /** Unix seconds. */
  registeredAt: number;
  /** Where it was registered. */
  block: number;
  transaction: Hex;
}

export interface Models {
  register(model: RegisterModel, options?: WriteOptions): Promise<Mined>;
  /** By the publisher: points a registered model to a newer passport. */
  amend(model: Pick<RegisterModel, 'model' | 'passport'>, options?: WriteOptions): Promise<Mined>;
  get(model: Hex): Promise<ModelRecord | undefined>;
  list(): Promise<ModelRecord[]>;
}

export interface Token {
  balanceOf(token: Hex, account: Hex): Promise<bigint>;
  allowance(token: Hex, owner: Hex, spender: Hex): Promise<bigint>;
  transfer(token: Hex, to: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  approve(token: Hex, spender: Hex, amount: bigint, options?: WriteOptions): Promise<Mined>;
  /** The chain's own coin, wei: what gas is paid with. */
  balanceWei(account: Hex): Promise<bigint>;
}

/** What happens on the chain, in chain order. After `reorganised` the events above `block` come again as they now are. */
export type ChainEvent =
  | { type: 'block'; block: BlockHead }
  | { type: 'reorganised'; block: number }
  | { type: 'node'; operator: Hex; block: number }
  | { type: 'anchored'; operator: Hex; anchor: LogAnchor }
  | { type: 'dataset'; id: bigint; block: number }
  | { type: 'model'; model: Hex; block: number }
  | {
      type: 'channel';
      channel: Hex;
      payer: Hex;
      payee: Hex;
      what: 'opened' | 'closing' | 'closed';
      block: number;
    }
  | {
      type: 'court';
      /** Dispute or demand; 32 zero bytes for what was decided at once. */
      id: Hex;
      what: CourtFact['what'];
      accused?: Hex;
      block: number;
    };

export interface Delays {
  /** How long evidence is heard, and the length of one window of maturing. */
  challengeWindowSeconds: number;
  unstakeSeconds: number;
  closeSeconds: number;
  /** The court's windows and amounts. */
  court: CourtTerms;
}

/** A network's settlement, whatever carries it: an EVM chain, or the in-process twin. */
export interface Chain {
  readonly deployment: Deployment;
  /** The sending account, lower case; undefined for a chain that only reads. */
  readonly account: Hex | undefined;
  block(tag: number | 'latest'): Promise<BlockHead>;
  /** Resolves with the block of that number once it exists. Rejects with the signal's reason. */
  waitForBlock(number: number, signal?: AbortSignal): Promise<BlockHead>;
  readonly nodes: Nodes;
  readonly escrow: Escrow;
  readonly datasets: Datasets;
  readonly models: Models;
  readonly token: Token;
  readonly beacon: Beacon;
  readonly court: Court;
  readonly audits: Audits;
  /** The delays this network was deployed with. */
  delays(): Promise<Delays>;
  /** Calls the handler for each event from now on; returns what stops it. Handlers must not throw. */
  watch(handler: (event: ChainEvent) => void): () => void;
  /** Where the transaction stands: undefined when the chain does not (or no longer) know it. */
  mined(transaction: Hex): Promise<Mined | undefined>;
  /** Stops polling; pending writes reject with `K_CHAIN_CLOSED` and are resumed by the next start. */
  close(): Promise<void>;
}

/** One transaction as the journal keeps it: written before it is first broadcast. */
export interface JournaledTransaction {
  account: Hex;
  key: string;
  chainId: number;
  nonce: number;
  to: Hex | null;
  data: Hex;
  /** Gas limit. */
  gas: bigint;
  /** What it does, for people: "claiming 2 vouchers". */
  doing: string;
  /** Signed, ready to broadcast again: the newest replacement last. All share the nonce. */
  attempts: { hash: Hex; raw: Hex; maxFeePerGasWei: bigint; maxPriorityFeePerGasWei: bigint }[];
  submittedAtMs: number;
  /** `dropped`: refused by the endpoint before any pool took it. */
  outcome:
    | { status: 'pending' }
    | { status: 'dropped' }
    | { status: 'mined'; mined: Mined }
    | { status: 'reverted'; mined: Mined };
}

/** Durable memory of what was sent. `put` must be on disk when it returns. */
export interface TransactionJournal {
  put(entry: JournaledTransaction): void;
  get(account: Hex, chainId: number, key: string): JournaledTransaction | undefined;
  /** Those without an outcome, ascending by nonce. */
  pending(account: Hex, chainId: number): JournaledTransaction[];
  /** The last `count` with an outcome, ascending by nonce: a chain that went back may have lost them. */
  recent(account: Hex, chainId: number, count: number): JournaledTransaction[];
}

/** Optional memory of the event index between runs; `load` answers undefined for a stranger's network. */
export interface IndexSnapshotPort {
  load(): string | undefined;
  save(snapshot: string): void;
}
