import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceOf, serviceWords } from './serviceWords.ts';

test('every page that needs a service needs one that there are words for', () => {
  for (const page of ['studies', 'study', 'models', 'model', 'integrity', 'dispute'] as const) {
    assert.ok(serviceWords(serviceOf(page)!), page);
  }
});

test('what every node has needs no service', () => {
  for (const page of ['network', 'node', 'data', 'dataset', 'glossary', 'missing'] as const) {
    assert.equal(serviceOf(page), undefined, page);
  }
});
