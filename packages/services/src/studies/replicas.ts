import { type Comparator, compareOutputs, majorityOf, type Outputs } from '@koinon/integrity';
import { KoinonError } from '@koinon/protocol';

/**
 * Holds replicas' outputs against each other once every one is here or will never come. Whoever is not with the majority
 * is told so, and is not paid; where there is no majority nobody is.
 */
export class Replicas {
  readonly #outputs: (Outputs | undefined)[];
  readonly #comparator: Comparator;
  readonly #complete = Promise.withResolvers<void>();
  #missing: number;

  constructor(count: number, comparator: Comparator) {
    this.#outputs = Array.from({ length: count });
    this.#comparator = comparator;
    this.#missing = count;
    this.#complete.promise.catch(() => undefined);
  }

  /** Resolves when replica `index` is with the majority. Throws `K_REPLICA_DIFFERS`, `K_REPLICAS_DISAGREE`. */
  async deliver(index: number, outputs: Outputs): Promise<void> {
    this.#settle(index, outputs);
    await this.#complete.promise;
    const { majority, difference } = this.verdict();
    if (majority.includes(index)) return;
    throw majority.length === 0
      ? new KoinonError({
          code: 'K_REPLICAS_DISAGREE',
          message: `Of ${this.#outputs.length} providers no more than half came to one result: ${difference}.`,
          fault: 'peer',
          next: 'Nobody was paid. Order again with more replicas, or with "replay".',
        })
      : new KoinonError({
          code: 'K_REPLICA_DIFFERS',
          message: `This provider came to another result than the majority: ${difference}.`,
          fault: 'peer',
          data: { replica: index },
        });
  }

  /** Replica `index` will never deliver. */
  absent(index: number): void {
    if (!this.#settled.has(index)) this.#settle(index, undefined);
  }

  /** Indices of those that agree, empty without a majority; and what differs first. */
  verdict(): { majority: number[]; difference: string } {
    let difference = 'a provider did not deliver';
    const outcome = majorityOf(this.#outputs.length, (a, b) => {
      const [one, other] = [this.#outputs[a], this.#outputs[b]];
      if (!one || !other) return false;
      const compared = compareOutputs(this.#comparator, one, other);
      if (!compared.same) difference = compared.difference;
      return compared.same;
    });
    return { majority: outcome.decided ? outcome.majority : [], difference };
  }

  readonly #settled = new Set<number>();

  #settle(index: number, outputs: Outputs | undefined): void {
    this.#settled.add(index);
    this.#outputs[index] = outputs;
    this.#missing -= 1;
    if (this.#missing === 0) this.#complete.resolve();
  }
}
