import assert from 'node:assert/strict';
import { test } from 'node:test';
import { courtActSentence } from './courtWords.ts';
import type { CourtFactView } from './integrityView.ts';

const fact = (what: CourtFactView['what'], details: Record<string, string> = {}): CourtFactView => ({
  what,
  id: `0x${'00'.repeat(32)}`,
  details,
  timeSeconds: 0,
  block: 0,
  transaction: `0x${'00'.repeat(32)}`,
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
    assert.match(courtActSentence(fact(what)), /^[A-Z].*\.$/);
    assert.doesNotMatch(courtActSentence(fact(what)), /undefined|NaN/);
  }
  assert.match(courtActSentence(fact('vote-settled', { penalty: `${10n ** 18n}` })), /loses 1 KOIN/);
  assert.match(courtActSentence(fact('vote-opened', { seats: '1', round: '1' })), /for 1 seat in round 2/);
  assert.match(courtActSentence(fact('convicted', { ground: 'fork' })), /two versions of one length/);
});
