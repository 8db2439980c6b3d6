import type { StepStatus } from '@koinon/api';

const letters: Record<StepStatus, string> = { running: 'r', done: 'd', failed: 'f' };

/**
 * Which steps of a study a client has seen in which state. The id of an event says all of it, a letter for each step in the
 * order they began, so that a client that was away, or whose node was, gets what it missed and nothing twice.
 */
export class SeenSteps {
  readonly #places: Map<string, number>;
  readonly #seen: string[];

  /** `steps` are those of the study so far, in order. */
  constructor(lastId: string | undefined, steps: readonly { name: string }[]) {
    this.#places = new Map(steps.map(({ name }, place) => [name, place]));
    this.#seen = /^[rdf]*$/.test(lastId ?? '') ? [...(lastId ?? '')].slice(0, steps.length) : [];
  }

  /** The id of the last event. */
  get id(): string {
    return Array.from(this.#seen, letter => letter ?? '').join('');
  }

  /** Whether the client has not seen the step like this; now it has. */
  see({ name, status }: { name: string; status: StepStatus }): boolean {
    const place = this.#places.get(name) ?? this.#places.size;
    this.#places.set(name, place);
    const isNew = this.#seen[place] !== letters[status];
    this.#seen[place] = letters[status];
    return isNew;
  }
}
