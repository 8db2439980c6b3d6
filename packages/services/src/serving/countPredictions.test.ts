import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '@koinon/kernel';
import { countPredictions } from './countPredictions.ts';

/** Value of each sample by its name and labels. */
function samples(text: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, name, value] of text.matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm))
    found.set(name!, Number(value));
  return found;
}

test('observations before the first look are kept, in order and in bounds', async () => {
  let nowMs = 0;
  const meter = new Meter();
  const beginPrediction = countPredictions(meter, { nowMs: () => nowMs });
  for (let i = 0; i < 1500; i++) {
    const done = beginPrediction();
    nowMs += 20;
    done(i % 3 === 0 ? 'refused' : 'answered', 2);
  }
  const { registry } = await meter.load();
  const read = samples(await registry.metrics());
  assert.equal(read.get('koinon_predictions_total{result="refused"}'), 500);
  assert.equal(read.get('koinon_predictions_total{result="answered"}'), 1000);
  assert.equal(read.get('koinon_predicted_rows_total'), 3000);
  assert.equal(read.get('koinon_prediction_duration_seconds_count'), 1000);
  assert.ok(Math.abs(read.get('koinon_prediction_duration_seconds_sum')! - 20) < 1e-6);
});
