import type { Hex } from '@koinon/protocol';
import type { Mined, WriteOptions } from './transaction.ts';

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
