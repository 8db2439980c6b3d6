import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { reasonsSentence, reasonWords } from '@koinon/protocol/gateWords';
import { gateReasons } from './reasons.ts';

test('every reason of the gate has words, and docs/gate.md has a line for it', () => {
  assert.deepEqual(Object.keys(reasonWords).sort(), Object.values(gateReasons).sort());
  const document = readFileSync(join(import.meta.dirname, '../../../../docs/gate.md'), 'utf8');
  for (const word of Object.keys(reasonWords)) assert.ok(document.includes(`\`${word}\``), word);
});

test('reasons become a sentence, and a word of a newer gate stands for itself', () => {
  assert.equal(
    reasonsSentence({ released: true, reasons: ['rebuilt', 'clipped'] }),
    'would leave: written anew from its facts; weights beyond the largest level were set to it',
  );
  assert.equal(reasonsSentence({ released: false, reasons: ['odd'] }), 'would not leave: odd');
});
