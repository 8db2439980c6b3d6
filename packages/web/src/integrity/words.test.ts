import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectedGain, ppmWords, riskFormula, standing } from './words.ts';

test('chances are percentages that never hide a small one', () => {
  assert.equal(ppmWords(1_000_000), '100 %');
  assert.equal(ppmWords(333_333), '33.3 %');
  assert.equal(ppmWords(20_000), '2 %');
  assert.equal(ppmWords(37), '0.0037 %');
  assert.equal(ppmWords(0), '0 %');
});

test('the formula of the residual risk is shown with its numbers', () => {
  const factors = { auditRatePpm: 100_000, detectionPpm: 980_000, collusionPpm: 333_333 };
  const rest = {
    agreements: 0,
    recordRatePpm: 0,
    bondRatePpm: 0,
    adversarialSharePpm: 0,
    auditors: 1,
    lossOnDetection: '0',
    gain: '0',
    gainInFlight: '0',
  };
  const undetectedPpm = 934_667;
  assert.equal(
    riskFormula({ ...rest, ...factors, undetectedPpm }),
    '1 − 10 % × 98 % × (1 − 33.3 %) = 93.5 %',
  );
  const stakes = { lossOnDetection: '1000', gain: '10', gainInFlight: '100' };
  const figures = { ...rest, ...factors, ...stakes, undetectedPpm: 900_000 };
  assert.equal(expectedGain(figures), -81n);
  assert.equal(expectedGain({ ...figures, lossOnDetection: '0' }), 9n);
});

test('an open dispute is told by what it waits for', () => {
  assert.equal(standing({ outcome: 'open', stage: 'sealing' }).word, 'jurors seal their votes');
  assert.equal(standing({ outcome: 'convicted', stage: 'settled' }).word, 'convicted');
});
