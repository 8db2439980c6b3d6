import type { DatasetRecord } from '@koinon/chain';
import {
  type Cid,
  decodeNode,
  digestOfCid,
  type Hex,
  isNodeCid,
  KoinonError,
  type WireResponse,
} from '@koinon/protocol';
import { ask } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';

/** Most a custodian's record or mock may be, bytes. */
const DESCRIPTION_MAX_BYTES = 2 ** 24;
/** How long a custodian is waited for, milliseconds. */
const PATIENCE_MS = 5_000;

/** What a custodian says of a dataset. */
export type SaidOfDataset = WireResponse<'dataset.get'>;
/** The same of one that is in custody here. */
export type HeldHere = Omit<SaidOfDataset, 'id'> & { autoApprove: boolean };

/** The datasets of the network, for whoever looks for data: what the chain has of them and what their custodians say. */
export class DatasetDirectory {
  readonly #ports: Pick<NodePorts, 'chain' | 'network' | 'store' | 'signer'>;
  #heldHere: (id: bigint) => HeldHere | undefined = () => undefined;

  constructor(ports: Pick<NodePorts, 'chain' | 'network' | 'store' | 'signer'>) {
    this.#ports = ports;
  }

  /** Has those in custody here told by `look`; returns what ends that. */
  hold(look: (id: bigint) => HeldHere | undefined): () => void {
    this.#heldHere = look;
    return () => {
      this.#heldHere = () => undefined;
    };
  }

  async list(): Promise<(DatasetRecord & { held?: HeldHere })[]> {
    return (await this.#ports.chain.datasets.list()).map(record => ({ ...record, ...this.#held(record.id) }));
  }

  /** One dataset, with what its custodian says of it and its Croissant record, as far as it answers. Throws `K_HTTP_NOT_FOUND`. */
  async get(id: bigint) {
    const record = await this.#recordOf(id);
    const { custodian, metadataDigest } = record;
    const said = await this.#saidOf(id, custodian).catch(() => undefined);
    const metadata =
      said && (await this.#croissantOf(said.metadata, metadataDigest, custodian).catch(() => undefined));
    return { ...record, ...this.#held(id), said, metadata };
  }

  /** Invented rows of the same shape, as CSV. Throws `K_HTTP_NOT_FOUND`, and what asking the custodian throws. */
  async mock(id: bigint): Promise<Uint8Array> {
    const { custodian } = await this.#recordOf(id);
    return this.#publicBlob((await this.#saidOf(id, custodian)).mock, custodian);
  }

  #held(id: bigint): { held?: HeldHere } {
    const held = this.#heldHere(id);
    return held ? { held } : {};
  }

  async #recordOf(id: bigint): Promise<DatasetRecord> {
    const record = await this.#ports.chain.datasets.get(id);
    if (record) return record;
    throw new KoinonError({
      code: 'K_HTTP_NOT_FOUND',
      message: `There is no dataset ${id} here.`,
      fault: 'user',
    });
  }

  /** A custodian need not ask itself. */
  async #saidOf(id: bigint, custodian: Hex): Promise<SaidOfDataset> {
    const { network, signer } = this.#ports;
    const own = custodian === signer.address ? this.#heldHere(id) : undefined;
    if (!own) return ask(network, custodian, 'dataset.get', { id }, { timeoutMs: PATIENCE_MS });
    const { autoApprove: _, ...said } = own;
    return { id, ...said };
  }

  /** A blob that a custodian calls public: from this store only if it is public here too, whatever the custodian says. */
  async #publicBlob(name: Cid, custodian: Hex): Promise<Uint8Array> {
    const { store, network } = this.#ports;
    const own = store.blobs.visibility(name) === 'public' ? await store.blobs.get(name) : undefined;
    return own ?? network.fetchBlob(custodian, name, { maxBytes: DESCRIPTION_MAX_BYTES });
  }

  /** The record whose digest stands on chain; anything else the custodian names is not shown as the dataset's. */
  async #croissantOf(name: Cid, digest: Hex, custodian: Hex): Promise<unknown> {
    if (!isNodeCid(name) || digestOfCid(name) !== digest) return undefined;
    return decodeNode(await this.#publicBlob(name, custodian));
  }
}
