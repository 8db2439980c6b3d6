import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { KoinonError } from '@koinon/protocol';
import { openNode } from './openNode.ts';

const ADDRESS = `0x${'1'.repeat(40)}`;
const node2 = { koinon: 'node/2', name: 'old', services: {}, rpcUrls: ['http://127.0.0.1:1'] };

/** Everything in the folder, by path. */
function contentOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(it => it.isFile());
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [
      join(parentPath, name),
      readFileSync(join(parentPath, name), 'hex'),
    ]),
  );
}

for (const [format, file, value] of [
  ['deployment/1', 'deployment.json', { koinon: 'deployment/1', chainId: 31_337, nodes: ADDRESS }],
  ['deployment/2', 'deployment.json', { koinon: 'deployment/2', chainId: 31_337, nodes: ADDRESS }],
  ['node/1', 'config.json', { koinon: 'node/1', name: 'old', roles: ['custody'] }],
] as const) {
  test(`the folder of an older network (${format}) is refused with what to do, and nothing in it is changed`, async t => {
    const home = mkdtempSync(join(tmpdir(), 'koinon-older-'));
    t.after(() => rmSync(home, { recursive: true }));
    writeFileSync(join(home, 'config.json'), JSON.stringify(node2));
    writeFileSync(join(home, file), JSON.stringify(value));
    writeFileSync(join(home, 'key.json'), 'a key');
    mkdirSync(join(home, 'data'));
    writeFileSync(join(home, 'data', 'koinon.sqlite'), 'statements that were signed');
    const before = contentOf(home);
    const opening = openNode(home, { password: '', journal: { note: () => undefined }, version: '0.0.0' });
    const error = await opening.then(
      () => assert.fail('it started'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof KoinonError);
    assert.equal(error.code, 'K_OLDER_NETWORK');
    const sentence = error.message.replaceAll(join(home, file), 'FILE');
    assert.match(sentence, /^FILE is of a network [^.]*\.$/, 'one sentence that names the file');
    assert.match(error.next ?? '', /Use another folder \(--home FOLDER\), or begin anew .*--fresh/);
    assert.deepEqual(contentOf(home), before);
  });
}
