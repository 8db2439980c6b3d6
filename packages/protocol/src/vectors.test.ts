import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCurrent } from '../scripts/generated.ts';
import { typeHashesSource, typeHashesUrl } from '../scripts/typeHashes.ts';
import { vectorFiles } from '../scripts/vectors.ts';

test('the committed vectors are what the code gives', async () => {
  for (const { url, text } of await vectorFiles()) {
    assert.ok(isCurrent(url, text), `${url.pathname}: node packages/protocol/scripts/vectors.ts`);
  }
});

test('the Solidity type hashes are those of the typed data', () => {
  assert.ok(isCurrent(typeHashesUrl, typeHashesSource()), 'node packages/protocol/scripts/typeHashes.ts');
});
