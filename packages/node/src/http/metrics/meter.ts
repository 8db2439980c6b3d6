import type { Counter, Histogram, Registry } from 'prom-client';

export type PromClient = typeof import('prom-client');
export type PredictionResult = 'answered' | 'refused' | 'failed';

interface Instruments {
  requests: Counter;
  requestSeconds: Histogram;
  predictions: Counter;
  predictedRows: Counter;
  predictionSeconds: Histogram;
}

/** Observations kept until somebody looks; then the library is loaded in any case. */
const KEPT_MAX = 1000;
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Counts what the server does as it happens. prom-client is loaded at the first look, or after many observations, so
 * that starting a node does not wait for it. Labels are few and fixed: no ids, no addresses, nothing a client chose.
 */
export class Meter {
  readonly #nowMs: () => number;
  #kept: Array<(instruments: Instruments) => void> = [];
  #loading: Promise<{ prom: PromClient; registry: Registry }> | undefined;
  #instruments: Instruments | undefined;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  /** Starts the clock for an HTTP request; call what it returns when the answer begins. */
  beginRequest(): (labels: { route: string; method: string; status: number }) => void {
    const startedMs = this.#nowMs();
    return ({ route, method, status }) => {
      const seconds = (this.#nowMs() - startedMs) / 1000;
      this.#observe(({ requests, requestSeconds }) => {
        requests.inc({ route, method, status: String(status) });
        requestSeconds.observe({ route }, seconds);
      });
    };
  }

  /** Starts the clock for a question to a model. */
  beginPrediction(): (result: PredictionResult, rows: number) => void {
    const startedMs = this.#nowMs();
    return (result, rows) => {
      const seconds = (this.#nowMs() - startedMs) / 1000;
      this.#observe(({ predictions, predictedRows, predictionSeconds }) => {
        predictions.inc({ result });
        predictedRows.inc(rows);
        if (result === 'answered') predictionSeconds.observe(seconds);
      });
    };
  }

  /** The library and the registry with everything observed so far. */
  load(): Promise<{ prom: PromClient; registry: Registry }> {
    this.#loading ??= import('prom-client').then(module => {
      const prom = (module as { default?: PromClient }).default ?? module;
      const registry = new prom.Registry();
      this.#instruments = instrumentsIn(prom, registry);
      for (const observe of this.#kept) observe(this.#instruments);
      this.#kept = [];
      return { prom, registry };
    });
    return this.#loading;
  }

  #observe(observation: (instruments: Instruments) => void): void {
    if (this.#instruments) observation(this.#instruments);
    else if (this.#kept.push(observation) >= KEPT_MAX) void this.load();
  }
}

function instrumentsIn(prom: PromClient, registry: Registry): Instruments {
  const registers = [registry];
  return {
    requests: new prom.Counter({
      name: 'koinon_http_requests_total',
      help: 'HTTP requests answered.',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    requestSeconds: new prom.Histogram({
      name: 'koinon_http_request_duration_seconds',
      help: 'Time until an answer began.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    }),
    predictions: new prom.Counter({
      name: 'koinon_predictions_total',
      help: 'Questions to models.',
      labelNames: ['result'],
      registers,
    }),
    predictedRows: new prom.Counter({
      name: 'koinon_predicted_rows_total',
      help: 'Rows that models answered.',
      registers,
    }),
    predictionSeconds: new prom.Histogram({
      name: 'koinon_prediction_duration_seconds',
      help: 'Time a question to a model took, waiting and loading included.',
      buckets: SECONDS,
      registers,
    }),
  };
}
