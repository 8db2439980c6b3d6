import type { Hex, Signed } from '@koinon/protocol';
import type { Mined, WriteOptions } from './transaction.ts';

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
