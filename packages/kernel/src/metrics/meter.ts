import type { Registry } from '#prometheus';

export type PromClient = typeof import('#prometheus');

export interface Prometheus {
  prom: PromClient;
  registry: Registry;
}

interface Description<L extends string> {
  name: string;
  help: string;
  /** Names of the labels: few, and with values that are fixed. */
  labelNames?: readonly L[];
  /** Upper bounds, for a histogram. */
  buckets?: readonly number[];
}

type Labels<L extends string> = Record<L, string>;
/** Adds an amount, or an observation, under these labels. */
type Record_<L extends string> = (amount: number, labels?: Labels<L>) => void;

/** Observations kept until somebody looks; then the library is loaded in any case. */
const KEPT_MAX = 1000;

/**
 * Counts what a node does as it happens. prom-client is loaded at the first look, or after many observations, so that
 * starting a node does not wait for it.
 */
export class Meter {
  readonly #records = new Map<string, Record_<string>>();
  #kept: Array<(prometheus: Prometheus) => void> = [];
  #loading: Promise<Prometheus> | undefined;
  #loaded: Prometheus | undefined;

  /** The counter of that name: the same one however often it is asked for. */
  counter<L extends string = never>(description: Description<L>): Record_<L> {
    const make = ({ prom, registry }: Prometheus) =>
      new prom.Counter({ ...plain(description), registers: [registry] });
    return this.#instrument(description.name, make, (counter, amount, labels) => counter.inc(labels, amount));
  }

  /** The histogram of that name, likewise. */
  histogram<L extends string = never>(description: Description<L>): Record_<L> {
    const make = ({ prom, registry }: Prometheus) =>
      new prom.Histogram({ ...plain(description), registers: [registry] });
    return this.#instrument(description.name, make, (histogram, amount, labels) =>
      histogram.observe(labels, amount),
    );
  }

  /** The library and the registry with everything observed so far. */
  load(): Promise<Prometheus> {
    this.#loading ??= import('#prometheus').then(module => {
      const prom = (module as { default?: PromClient }).default ?? module;
      const loaded = { prom, registry: new prom.Registry() };
      this.#loaded = loaded;
      for (const observe of this.#kept.splice(0)) observe(loaded);
      return loaded;
    });
    return this.#loading;
  }

  #instrument<I, L extends string>(
    name: string,
    make: (prometheus: Prometheus) => I,
    record: (instrument: I, amount: number, labels: Labels<L>) => void,
  ): Record_<L> {
    const known = this.#records.get(name);
    if (known) return known as Record_<L>;
    let instrument: I | undefined;
    const whenLoaded = (observe: (prometheus: Prometheus) => void): void => {
      if (this.#loaded) observe(this.#loaded);
      else if (this.#kept.push(observe) >= KEPT_MAX) void this.load();
    };
    const made = (prometheus: Prometheus): I => {
      instrument ??= make(prometheus);
      return instrument;
    };
    // So that it is told of from the first look, with nothing in it.
    whenLoaded(made);
    const told: Record_<L> = (amount, labels = {} as Labels<L>) =>
      whenLoaded(prometheus => record(made(prometheus), amount, labels));
    this.#records.set(name, told as Record_<string>);
    return told;
  }
}

function plain<L extends string>({ name, help, labelNames = [], buckets }: Description<L>) {
  return { name, help, labelNames: [...labelNames], ...(buckets ? { buckets: [...buckets] } : {}) };
}
