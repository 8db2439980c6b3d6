import {
  type Candidate,
  type Hex,
  type Inclusion,
  inclusionProof,
  type LoggedType,
  logLeafHash,
  memorySubtrees,
  rangeRoot,
  sha256,
  toHex,
  utf8,
} from '@koinon/protocol';
import type { AnchorOnChain, CourtFinding, DatasetOnChain, ModelOnChain } from '../sources.ts';
import { digestOf, parties } from './parties.ts';

/** A node's log with other people's entries around those that matter, so that paths are not empty. */
export class LogTwin {
  readonly leaves: Uint8Array[] = [];
  readonly operator: Hex;

  constructor(operator: Hex, strangers: number) {
    this.operator = operator;
    this.addStrangers(strangers);
  }

  get nextIndex(): number {
    return this.leaves.length;
  }

  addStrangers(count: number): void {
    for (let i = 0; i < count; i++) {
      this.leaves.push(sha256(utf8.encode(`${this.operator} ${this.leaves.length}`)));
    }
  }

  append(type: LoggedType, digest: Hex, salt: Hex): Uint8Array {
    const leaf = logLeafHash(type, digest, salt);
    this.leaves.push(leaf);
    return leaf;
  }
}

/** What stands on chain, in memory: anchors, stakes, a dataset, models. Block n has the hash of its number. */
export class ChainTwin {
  readonly anchors: (AnchorOnChain & { operator: Hex })[] = [];
  readonly datasets = new Map<bigint, DatasetOnChain>();
  readonly models = new Map<Hex, ModelOnChain>();
  /** What the court made of a statement. */
  readonly findings = new Map<Hex, CourtFinding>();
  readonly stakes: Candidate[] = [
    { operator: parties.alder.address, stake: 700n },
    { operator: parties.birch.address, stake: 300n },
    { operator: parties.cedar.address, stake: 900n },
    { operator: parties.hospitalAudit.address, stake: 100n },
  ];
  #block = 20;

  block(number: number): { hash: Hex; timestampSeconds: number } {
    return { hash: digestOf(`block ${number}`), timestampSeconds: 1_800_000_000 + number };
  }

  anchor(log: LogTwin): AnchorOnChain {
    this.#block += 3;
    const size = log.leaves.length;
    const anchor = {
      operator: log.operator,
      size: BigInt(size),
      root: toHex(rangeRoot(memorySubtrees(log.leaves), 0, size)),
      transaction: digestOf(`transaction ${this.#block}`),
      block: this.#block,
      blockHash: this.block(this.#block).hash,
    };
    this.anchors.push(anchor);
    return anchor;
  }

  firstAnchor(operator: Hex, size: bigint): AnchorOnChain | undefined {
    return this.anchors.find(anchor => anchor.operator === operator && anchor.size >= size);
  }

  candidates({ provider, requester }: { provider: Hex; requester: Hex }): Candidate[] {
    return this.stakes.filter(({ operator }) => operator !== provider && operator !== requester);
  }
}

export function inclusionIn(log: LogTwin, anchor: AnchorOnChain, index: number, leafSalt: Hex): Inclusion {
  const size = Number(anchor.size);
  const { root, transaction, block, blockHash } = anchor;
  return {
    node: log.operator,
    leafSalt,
    index,
    size,
    root,
    path: inclusionProof(memorySubtrees(log.leaves), index, size).map(toHex),
    anchor: { transaction, block, blockHash },
  };
}
