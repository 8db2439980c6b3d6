import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { takeNetworkFolder } from './networkFolder.ts';

const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

/** A folder of a person who also keeps a network there. */
function folderWith(files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-network-'));
  made.push(folder);
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), 'x');
  }
  return folder;
}

const network = ['chain.json', 'deployment.json', 'network.json', 'hospital/config.json', 'alder/key.json'];
const own = ['keys/deployer.json', 'node/config.json', 'thesis.txt', 'birch/holiday.jpg'];

test('a whole network is kept', () => {
  const folder = folderWith([...network, ...own]);
  takeNetworkFolder(folder, { fresh: false })();
  for (const file of [...network, ...own]) assert.ok(existsSync(join(folder, file)), file);
});

test('--fresh, or a network that lost its chain, forgets what a network wrote and nothing else', () => {
  const lost = network.filter(file => file !== 'chain.json');
  for (const [files, fresh] of [
    [network, true],
    [lost, false],
    [[], false],
  ] as const) {
    const folder = folderWith([...files, ...own]);
    takeNetworkFolder(folder, { fresh })();
    assert.deepEqual(readdirSync(folder).sort(), ['birch', 'keys', 'node', 'thesis.txt']);
    for (const file of own) assert.ok(existsSync(join(folder, file)), file);
  }
});

test('a folder has one network at a time, and one that died does not keep it', () => {
  const folder = folderWith(network);
  const giveBack = takeNetworkFolder(folder, { fresh: false });
  assert.throws(() => takeNetworkFolder(folder, { fresh: true }), /K_NETWORK_RUNNING|runs from/);
  assert.ok(existsSync(join(folder, 'chain.json')), 'a refused start forgets nothing');
  giveBack();
  takeNetworkFolder(folder, { fresh: false })();
  writeFileSync(join(folder, 'running.pid'), String(2 ** 30));
  takeNetworkFolder(folder, { fresh: false })();
  writeFileSync(join(folder, 'running.pid'), 'nonsense');
  takeNetworkFolder(folder, { fresh: false })();
});
