import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cidOfBlob } from '@koinon/protocol';
import { testFolder } from '../test/fixtures.ts';
import { openStore } from './disk.ts';

const isCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

test('a folder has one user at a time', t => {
  const folder = testFolder(t);
  const store = openStore(folder);
  assert.throws(
    () => openStore(folder),
    error => isCode('K_STORE_LOCKED')(error) && (error as Error).message.includes(String(process.pid)),
  );
  store.close();
  openStore(folder).close();
});

test('another process can not open a folder in use, and the lock of a killed one is gone', async t => {
  const folder = testFolder(t);
  const script = `import { openStore } from ${JSON.stringify(import.meta.resolve('./disk.ts'))};
    openStore(process.argv[1]); console.log('open'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise(resolve => child.once('exit', resolve));
  await new Promise(resolve => child.stdout.once('data', resolve));
  assert.throws(
    () => openStore(folder),
    error => isCode('K_STORE_LOCKED')(error) && (error as Error).message.includes(String(child.pid)),
  );
  child.kill('SIGKILL');
  await ended;
  openStore(folder).close();
});

test('blobs without their database are left alone', async t => {
  const folder = testFolder(t);
  const store = openStore(folder);
  const cid = await store.blobs.put(Uint8Array.of(1), 'private');
  store.close();
  const path = join(folder, 'koinon.sqlite');
  renameSync(path, `${path}.away`);
  assert.throws(() => openStore(folder), isCode('K_STORE_INCOMPLETE'));
  renameSync(`${path}.away`, path);
  const again = openStore(folder);
  assert.equal((await again.blobs.get(cid))?.length, 1);
  again.close();
});

test('opening removes temporary files and parts without a blob', async t => {
  const folder = testFolder(t);
  let store = openStore(folder);
  const kept = await store.blobs.put(Uint8Array.of(1), 'public');
  store.close();
  const orphan = Uint8Array.of(2);
  const cid = cidOfBlob(orphan);
  mkdirSync(join(folder, 'blobs', 'db'), { recursive: true });
  const name = 'dbc1b4c900ffe48d575b5da5c638040125f65db0fe3e24494b76ea986457d986';
  writeFileSync(join(folder, 'blobs', 'db', name), orphan);
  writeFileSync(join(folder, 'blobs', 'db', `${name}.0.tmp`), orphan);
  store = openStore(folder);
  assert.equal(await store.blobs.getPart(cid), undefined);
  assert.ok(await store.blobs.has(kept));
  assert.deepEqual(readdirSync(join(folder, 'blobs', 'db')), []);
  store.close();
});
