import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '@koinon/protocol';
import { column, crashAtPoint } from '@koinon/store';
import { sqliteInMemory } from '@koinon/store/disk';
import { z } from 'zod';
import { worldDisk } from './worldDisk.ts';

const isCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

test('what one life kept the next one has', async () => {
  const disk = worldDisk(sqliteInMemory());
  const first = disk.open();
  const cid = await first.blobs.put(utf8.encode('bytes'), 'private');
  first.database.migrate('a', ['CREATE TABLE a (x INTEGER PRIMARY KEY) STRICT']);
  first.database.run('INSERT INTO a VALUES (7)');
  assert.throws(() => disk.open(), isCode('K_STORE_LOCKED'));
  first.close();
  const digest = disk.digest();
  const second = disk.open();
  assert.equal(disk.digest(), digest);
  assert.deepEqual(await second.blobs.get(cid), utf8.encode('bytes'));
  assert.deepEqual(second.database.get('SELECT x FROM a', z.object({ x: column.integer })), { x: 7 });
});

test('a life that died writes nothing more, and the next one begins at once', async () => {
  const disk = worldDisk(sqliteInMemory());
  const died = disk.open({ faults: crashAtPoint(40) });
  await assert.rejects(
    (async () => {
      for (let i = 0; ; i++) await died.blobs.put(Uint8Array.of(i), 'public');
    })(),
    { name: 'Crash' },
  );
  const next = disk.open();
  const digest = disk.digest();
  assert.throws(() => died.database.run('DELETE FROM blob'), { name: 'Crash' });
  await assert.rejects(died.blobs.put(Uint8Array.of(255), 'public'), { name: 'Crash' });
  assert.equal(disk.digest(), digest);
  next.close();
});

test('power that fails takes what was not synced, and nothing else', async () => {
  const disk = worldDisk(sqliteInMemory());
  const store = disk.open();
  const kept = await store.blobs.put(utf8.encode('kept'), 'public');
  const digest = disk.digest();
  const lost = store.blobs.put(utf8.encode('lost'), 'public');
  disk.fail();
  await assert.rejects(lost, { name: 'Crash' });
  const next = disk.open();
  assert.equal(disk.digest(), digest);
  assert.ok(await next.blobs.has(kept));
});

test('a full disk refuses what needs space and goes on reading', async () => {
  const disk = worldDisk(sqliteInMemory());
  const { blobs, database } = disk.open();
  const cid = await blobs.put(utf8.encode('kept'), 'public');
  disk.full = true;
  await assert.rejects(blobs.put(utf8.encode('more'), 'public'), isCode('ENOSPC'));
  await assert.rejects(blobs.publish(cid), { errcode: 13 });
  assert.throws(() => database.run('DELETE FROM blob'), { errcode: 13 });
  assert.deepEqual(await blobs.get(cid), utf8.encode('kept'));
  disk.full = false;
  await blobs.put(utf8.encode('more'), 'public');
});

test('going back to a backup is going back to its moment', async () => {
  const disk = worldDisk(sqliteInMemory());
  const store = disk.open();
  await store.blobs.put(utf8.encode('kept'), 'public');
  const [digest, backup] = [disk.digest(), disk.backup()];
  await store.blobs.put(utf8.encode('later'), 'public');
  assert.notEqual(disk.digest(), digest);
  disk.restore(backup);
  disk.fail();
  assert.equal(disk.digest(), digest);
  const next = disk.open();
  await next.blobs.put(utf8.encode('later'), 'public');
  assert.notEqual(disk.digest(), digest);
  const other = worldDisk(sqliteInMemory());
  other.restore(backup);
  assert.equal(other.digest(), digest);
});
