import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type } from '../testing/typed.ts';

test('nothing is staked for a node that would not answer the court for it', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-stake-'));
  t.after(() => rmSync(folder, { recursive: true }));
  // Nothing answers at the endpoint, and there is no key: it is refused before either is needed.
  const config = { koinon: 'node/2', name: 'n', services: { serving: {} }, rpcUrls: ['http://127.0.0.1:1'] };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  const { code, stderr } = await type(['node', 'stake', '1000', folder], { workingFolder: folder });
  assert.notEqual(code, 0);
  assert.match(stderr, /The service "court" of this node is off/);
  assert.match(stderr, /Add "court": \{\} to "services"/);
});
