import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policySentences } from './policyWords.ts';

const policy = {
  minGroupRows: 25,
  artefactClasses: ['model', 'metrics'],
  maxArtefactBytes: 2 ** 24,
  maxTotalBytes: 2 ** 25,
  token: '0x01',
  amount: '100000000000000000',
  auditors: ['0x02'],
  maxFuel: 1e12,
  maxRunMs: 600_000,
} as const;

test('a policy says what may leave, the smallest group, the price and who else holds the rows', () => {
  const text = policySentences({
    ...policy,
    artefactClasses: [...policy.artefactClasses],
    auditors: ['0x02'],
  }).join(' ');
  assert.match(text, /Only trained models and figures/);
  assert.match(text, /fewer than 25 rows/);
  assert.match(text, /0\.1 KOIN/);
  assert.match(text, /the auditor the owner named, who holds a copy/);
});

test('a policy that lets nothing out says so', () => {
  const sentences = policySentences({ ...policy, artefactClasses: [], auditors: ['0x02', '0x03'] });
  assert.ok(sentences.includes('Nothing may leave.'));
  assert.ok(sentences.some(sentence => sentence.includes('one of 2 auditors')));
});
