import { nodeRoutes } from '@koinon/api';
import { handle, type RouteHandler } from '../http/api.ts';
import type { Meter, Prometheus } from './meter.ts';
import type { Metric } from './metric.ts';

/** Serves what Prometheus reads: what was counted as it happened, and the metrics as they are now. */
export function metricsRoute(meter: Meter, metrics: readonly Metric[]): RouteHandler {
  let prepared: Promise<() => Promise<string>> | undefined;
  const prepare = async (): Promise<() => Promise<string>> => {
    const { prom, registry: counted } = await meter.load();
    const registry = new prom.Registry();
    prom.collectDefaultMetrics({ register: registry });
    const reads = metrics.map(metric => instrumentOf({ prom, registry }, metric));
    return async () => {
      for (const read of reads) await read().catch(() => undefined);
      return prom.Registry.merge([counted, registry]).metrics();
    };
  };
  return handle(nodeRoutes.metrics, async () => {
    prepared ??= prepare();
    const text = await (await prepared)();
    return new Response(text, { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
  });
}

/** Puts the readings of a metric in the place of the last ones. */
function instrumentOf({ prom, registry }: Prometheus, metric: Metric): () => Promise<void> {
  const { name, help, kind, label, buckets } = metric;
  const options = { name, help, labelNames: label === undefined ? [] : [label], registers: [registry] };
  const labelsOf = (value: string | undefined) =>
    label === undefined || value === undefined ? {} : { [label]: value };
  if (kind === 'histogram') {
    const histogram = new prom.Histogram({ ...options, ...(buckets ? { buckets: [...buckets] } : {}) });
    return async () => {
      const readings = await metric.read();
      histogram.reset();
      histogram.zero({});
      for (const { label: of, value } of readings) histogram.observe(labelsOf(of), value);
    };
  }
  const instrument = kind === 'counter' ? new prom.Counter(options) : new prom.Gauge(options);
  return async () => {
    const readings = await metric.read();
    instrument.reset();
    for (const { label: of, value } of readings) instrument.inc(labelsOf(of), value);
  };
}
