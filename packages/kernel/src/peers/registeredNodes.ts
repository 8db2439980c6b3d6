import type { Chain } from '@koinon/chain';
import { type Hex, KoinonError } from '@koinon/protocol';
import type { Clock } from '../ports/clock.ts';

/** How long a look at the registry serves strangers it does not have, milliseconds. */
const FRESH_MS = 2_000;

/**
 * Who is a node of the network. A key costs nothing and a registration a transaction, so this comes before anything that
 * strangers could make a node do. The registry is looked at once in a while, however many keys ask.
 */
export class RegisteredNodes {
  readonly #chain: Pick<Chain, 'nodes'>;
  readonly #clock: Clock;
  #operators: ReadonlySet<Hex> = new Set();
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor({ chain, clock }: { chain: Pick<Chain, 'nodes'>; clock: Clock }) {
    this.#chain = chain;
    this.#clock = clock;
  }

  /** Throws `K_NOT_REGISTERED`. */
  async require(operator: Hex): Promise<void> {
    // Nobody leaves the registry.
    if (this.#operators.has(operator)) return;
    if (this.#clock.nowMs() - this.#lookedAtMs >= FRESH_MS) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
      if (this.#operators.has(operator)) return;
    }
    throw new KoinonError({
      code: 'K_NOT_REGISTERED',
      message: `${operator} is not registered as a node of this network.`,
      fault: 'peer',
      next: 'Register it first; a registration just made is seen in a few seconds.',
    });
  }

  async #look(): Promise<void> {
    this.#operators = await this.#chain.nodes.operators();
    this.#lookedAtMs = this.#clock.nowMs();
  }
}
