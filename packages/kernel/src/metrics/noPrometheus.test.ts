import assert from 'node:assert/strict';
import { test } from 'node:test';
import prometheus from 'prom-client';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from './noPrometheus.ts';

const none = { Counter, Gauge, Histogram };

test('what stands where there is no prom-client takes every call that is made of it', async () => {
  const options = { name: 'things', help: 'Things.', registers: [] };
  const calls = {
    Counter: ['inc', 'reset'],
    Gauge: ['inc', 'reset'],
    Histogram: ['observe', 'reset', 'zero'],
  } as const;
  for (const [kind, names] of Object.entries(calls) as [keyof typeof calls, readonly string[]][]) {
    const real = new prometheus[kind](options) as unknown as Record<string, unknown>;
    const silent = new none[kind]() as unknown as Record<string, (amount: number) => void>;
    for (const name of names) {
      assert.equal(typeof real[name], 'function');
      silent[name]!(1);
    }
  }
  collectDefaultMetrics();
  assert.equal(await Registry.merge([new Registry()]).metrics(), '');
});
