import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CourtFactView } from '@koinon/protocol';
import { factSentence, ppmWords, riskFormula, standing } from './words.ts';

const fact = (what: CourtFactView['what'], details: Record<string, string> = {}): CourtFactView => ({
  what,
  id: `0x${'00'.repeat(32)}`,
  details,
  timeSeconds: 0,
  block: 0,
  transaction: `0x${'00'.repeat(32)}`,
});

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
});

test('every act of the court is a sentence, with what the chain told and without', () => {
  for (const what of [
    'accused',
    'jury-called',
    'vote-sealed',
    'vote-opened',
    'seal-opened',
    'appealed',
    'resolved',
    'vote-settled',
    'demanded',
    'demand-met',
    'convicted',
    'refunded',
  ] as const) {
    assert.match(factSentence(fact(what)), /^[A-Z].*\.$/);
    assert.doesNotMatch(factSentence(fact(what)), /undefined|NaN/);
  }
  assert.match(factSentence(fact('vote-settled', { penalty: `${10n ** 18n}` })), /loses 1 KOIN/);
  assert.match(factSentence(fact('vote-opened', { seats: '1', round: '1' })), /for 1 seat in round 2/);
  assert.match(factSentence(fact('convicted', { ground: 'fork' })), /two versions of one length/);
});

test('an open dispute is told by what it waits for', () => {
  assert.equal(standing({ outcome: 'open', stage: 'sealing' }).word, 'jurors seal their votes');
  assert.equal(standing({ outcome: 'convicted', stage: 'settled' }).word, 'convicted');
});
