import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  type LoggedType,
  logLeafHash,
  memorySubtrees,
  rootOfLeaves,
  verifyConsistency,
  verifyInclusion,
  ZERO_32,
} from '@koinon/protocol';
import fc from 'fast-check';
import { digestOfText, receiptRequest, stubSign, testFolder } from '../../test/fixtures.ts';
import { everyKind } from '../../test/places.ts';
import { openStore } from '../disk.ts';
import type { AppendRequest } from '../index.ts';

const isCode = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

everyKind('an appended receipt stands at the index its message names, with its leaf', async newPlace => {
  const store = newPlace().open();
  const first = await store.log.append(receiptRequest('a'));
  const second = await store.log.append(receiptRequest('b'));
  assert.equal(first.index, 0);
  assert.equal(second.index, 1);
  assert.equal(second.message.logIndex, 1n);
  assert.equal(second.message.amount, 2n ** 128n - 1n);
  assert.deepEqual(second.leaf, logLeafHash('Receipt', second.digest, second.salt));
  assert.deepEqual(store.log.byKey(second.key), second);
  assert.deepEqual(store.log.at(1), second);
  assert.equal(store.log.at(2), undefined);
  assert.equal(store.log.at(-1), undefined);
  assert.equal(store.log.size, 2);
  store.close();
});

everyKind('a key has one entry for ever, across calls, batches and restarts', async newPlace => {
  const place = newPlace();
  let store = place.open();
  let built = 0;
  const request = receiptRequest('a');
  const counted: AppendRequest<'Receipt'> = {
    ...request,
    message: index => {
      built++;
      return request.message(index);
    },
  };
  const [one, two] = await Promise.all([store.log.append(counted), store.log.append(counted)]);
  store.close();
  store = place.open();
  const three = await store.log.append(counted);
  assert.deepEqual(two, one);
  assert.deepEqual(three, one);
  assert.equal(built, 1);
  assert.equal(store.log.size, 1);
  store.close();
});

everyKind('a key of one type is refused for another', async newPlace => {
  const store = newPlace().open();
  await store.log.append(receiptRequest('a', { key: 'same' }));
  const voucher: AppendRequest<'Voucher'> = {
    key: 'same',
    type: 'Voucher',
    salt: ZERO_32,
    message: () => ({ channel: ZERO_32, cumulativeAmount: 1n, receiptsRoot: ZERO_32 }),
    sign: stubSign,
  };
  await assert.rejects(store.log.append(voucher), isCode('K_LOG_KEY_TAKEN'));
  assert.equal(store.log.size, 1);
  store.close();
});

everyKind('a message that names another index, or does not fit its type, takes no place', async newPlace => {
  const store = newPlace().open();
  const good = receiptRequest('a');
  const wrongIndex = receiptRequest('b', { message: index => good.message(index + 1n) });
  const tooLarge = receiptRequest('c', {
    message: index => ({ ...good.message(index), amount: 2n ** 128n }),
  });
  const badSalt = receiptRequest('d', { salt: '0x00' });
  const results = await Promise.allSettled(
    [wrongIndex, tooLarge, badSalt, good].map(request => store.log.append(request)),
  );
  assert.deepEqual(
    results.map(result => result.status),
    ['rejected', 'rejected', 'rejected', 'fulfilled'],
  );
  for (const result of results.slice(0, 3)) {
    assert.ok(result.status === 'rejected' && isCode('K_LOG_MESSAGE')(result.reason));
  }
  assert.equal(store.log.size, 1);
  assert.equal(store.log.pending(), undefined);
  store.close();
});

test('the message is on disk before it is signed', async t => {
  const folder = testFolder(t);
  const store = openStore(folder);
  const request = receiptRequest('a', {
    sign: async message => {
      const reader = new DatabaseSync(join(folder, 'koinon.sqlite'), { readOnly: true });
      const row = reader
        .prepare('SELECT position, digest FROM log_entry LEFT JOIN log_seal USING (position)')
        .get();
      reader.close();
      assert.equal(row?.['position'], 0);
      assert.equal(row?.['digest'], null);
      assert.equal(store.log.size, 0);
      assert.equal(store.log.byKey(`receipt:${digestOfText('a')}`), undefined);
      return stubSign(message);
    },
  });
  await store.log.append(request);
  assert.equal(store.log.size, 1);
  store.close();
});

everyKind('an entry that can not be signed keeps its place and its message until it is', async newPlace => {
  const store = newPlace().open();
  const locked = receiptRequest('a', { sign: () => Promise.reject(new Error('the key is locked')) });
  await assert.rejects(store.log.append(locked), isCode('K_LOG_PENDING'));
  assert.equal(store.log.pending()?.key, locked.key);
  await assert.rejects(store.log.append(receiptRequest('b')), isCode('K_LOG_PENDING'));
  assert.equal(store.log.size, 0);
  const never = (): never => assert.fail('the message was built twice');
  const entry = await store.log.append(receiptRequest('a', { message: never }));
  assert.equal(entry.index, 0);
  assert.equal((await store.log.append(receiptRequest('b'))).index, 1);
  assert.equal(store.log.pending(), undefined);
  store.close();
});

everyKind('of a batch, what stands before the entry that could not be signed is sealed', async newPlace => {
  const store = newPlace().open();
  let locked = true;
  const moody = receiptRequest('b', {
    sign: message => (locked ? Promise.reject(new Error('locked')) : stubSign(message)),
  });
  const results = await Promise.allSettled(
    [receiptRequest('a'), moody, receiptRequest('c')].map(request => store.log.append(request)),
  );
  assert.deepEqual(
    results.map(result => result.status),
    ['fulfilled', 'rejected', 'rejected'],
  );
  assert.equal(store.log.size, 1);
  locked = false;
  // The signers of what was reserved are remembered, so any later append finishes it.
  assert.equal((await store.log.append(receiptRequest('d'))).index, 3);
  assert.equal(store.log.byKey(receiptRequest('c').key)?.index, 2);
  store.close();
});

everyKind('a malformed signature is not sealed', async newPlace => {
  const store = newPlace().open();
  const bad = receiptRequest('a', { sign: async () => ({ digest: ZERO_32, signature: '0x1234' }) });
  await assert.rejects(store.log.append(bad), isCode('K_LOG_PENDING'));
  assert.equal(store.log.size, 0);
  store.close();
});

everyKind('recover signs what an earlier process reserved, message for message', async newPlace => {
  const place = newPlace();
  let store = place.open();
  const fail = (): Promise<never> => Promise.reject(new Error('killed'));
  await assert.rejects(store.log.append(receiptRequest('a', { sign: fail })));
  const reserved = store.log.pending();
  store.close();
  store = place.open();
  await assert.rejects(store.log.append(receiptRequest('b')), isCode('K_LOG_PENDING'));
  const sealed = await store.log.recover(entry => stubSign(entry.message));
  assert.equal(sealed.length, 1);
  assert.deepEqual(sealed[0]?.message, reserved?.message);
  assert.equal(store.log.byKey(receiptRequest('a').key)?.index, 0);
  assert.deepEqual(await store.log.recover(fail), []);
  store.close();
});

everyKind('the database refuses to change or remove what was sealed', async newPlace => {
  const { log, database, close } = newPlace().open();
  await log.appendMany(Array.from({ length: 256 }, (_, i) => receiptRequest(`order ${i}`)));
  for (const sql of [
    'DELETE FROM log_entry',
    'DELETE FROM log_tile',
    'UPDATE log_tile SET hashes = zeroblob(16320)',
    'DELETE FROM log_seal',
    'UPDATE log_seal SET signature = zeroblob(65)',
    "UPDATE log_entry SET message = '{}'",
  ]) {
    assert.throws(() => database.run(sql), /never/, sql);
  }
  close();
});

everyKind('roots and proofs at every earlier size are those of the tree in memory', async newPlace => {
  const store = newPlace().open();
  const total = 41;
  const requests = Array.from({ length: total }, (_, i) => receiptRequest(`order ${i}`));
  const leaves = (await store.log.appendMany(requests)).map(entry => entry.leaf);
  const subtree = memorySubtrees(leaves);
  assert.deepEqual(store.log.root(0), EMPTY_ROOT);
  for (let size = 1; size <= total; size++) {
    const root = rootOfLeaves(leaves.slice(0, size));
    assert.deepEqual(store.log.root(size), root);
    for (let index = 0; index < size; index++) {
      const path = store.log.inclusion(index, size);
      assert.deepEqual(path, inclusionProof(subtree, index, size));
      assert.ok(verifyInclusion({ leaf: leaves[index]!, index, size, path, root }));
    }
    for (let first = 0; first <= size; first++) {
      const proof = store.log.consistency(first, size);
      assert.deepEqual(proof, consistencyProof(subtree, first, size));
      const firstRoot = store.log.root(first);
      assert.ok(verifyConsistency({ first, second: size, firstRoot, secondRoot: root, proof }));
    }
  }
  store.close();
});

everyKind(
  'a log of many tiles has the roots and proofs of the tree in memory, before and after a restart',
  async newPlace => {
    const place = newPlace();
    let store = place.open();
    const leaves: Uint8Array[] = [];
    const check = (): void => {
      const size = leaves.length;
      const subtree = memorySubtrees(leaves);
      assert.equal(store.log.size, size);
      for (const part of [size, 255, 256, 257, 512, 513].filter(part => part <= size)) {
        assert.deepEqual(store.log.root(part), rootOfLeaves(leaves.slice(0, part)));
        assert.deepEqual(store.log.consistency(part, size), consistencyProof(subtree, part, size));
        for (let index = 0; index < part; index += 97) {
          assert.deepEqual(store.log.inclusion(index, part), inclusionProof(subtree, index, part));
        }
      }
    };
    for (const [from, to] of [
      [0, 255],
      [255, 256],
      [256, 700],
      [700, 768],
      [768, 769],
    ] as const) {
      const requests = Array.from({ length: to - from }, (_, i) => receiptRequest(`order ${from + i}`));
      leaves.push(...(await store.log.appendMany(requests)).map(entry => entry.leaf));
      check();
      store.close();
      store = place.open();
      check();
    }
    store.close();
  },
);

test('a log that has no tiles yet gets them from its entries; one that lost some is damaged', async t => {
  const folder = testFolder(t);
  let store = openStore(folder);
  await store.log.appendMany(Array.from({ length: 600 }, (_, i) => receiptRequest(`order ${i}`)));
  const root = store.log.root();
  store.close();
  const forget = (where: string): void => {
    const database = new DatabaseSync(join(folder, 'koinon.sqlite'));
    const [trigger] = database.prepare("SELECT sql FROM sqlite_schema WHERE name = 'log_tile_kept'").all();
    database.exec(`DROP TRIGGER log_tile_kept; DELETE FROM log_tile ${where}; ${trigger!['sql']}`);
    database.close();
  };
  forget('');
  store = openStore(folder);
  assert.deepEqual(store.log.root(), root);
  assert.equal(store.log.inclusion(300, 600).length, 10);
  store.close();
  forget('WHERE position = 0');
  store = openStore(folder);
  assert.throws(() => store.log.root(), isCode('K_LOG_DAMAGED'));
  assert.throws(() => store.log.size, isCode('K_LOG_DAMAGED'));
  store.close();
});

everyKind('proofs handed out are copies: changing one changes no other', async newPlace => {
  const store = newPlace().open();
  await store.log.appendMany(Array.from({ length: 300 }, (_, i) => receiptRequest(`order ${i}`)));
  const before = store.log.inclusion(3, 300);
  for (const hash of store.log.inclusion(3, 300)) hash.fill(0);
  assert.deepEqual(store.log.inclusion(3, 300), before);
  store.close();
});

everyKind('the leaves of a range are those that were appended', async newPlace => {
  const store = newPlace().open();
  const salt = digestOfText('salt');
  const entries = await store.log.appendMany([receiptRequest('a'), receiptRequest('b', { salt })]);
  const leafOf = ({ type, digest, salt }: (typeof entries)[number]) => ({ type, digest, salt });
  assert.deepEqual(store.log.leaves(0, 2), entries.map(leafOf));
  assert.deepEqual(store.log.leaves(1, 2), [leafOf(entries[1]!)]);
  assert.deepEqual(store.log.leaves(1, 1), []);
  assert.throws(() => store.log.leaves(0, 3), isCode('K_LOG_RANGE'));
  store.close();
});

everyKind('a size or an index beyond the log is refused', async newPlace => {
  const store = newPlace().open();
  await store.log.append(receiptRequest('a'));
  for (const ask of [
    () => store.log.root(2),
    () => store.log.root(-1),
    () => store.log.root(0.5),
    () => store.log.inclusion(0, 2),
    () => store.log.inclusion(1, 1),
    () => store.log.inclusion(-1, 1),
    () => store.log.inclusion(0.5, 1),
    () => store.log.consistency(2, 1),
    () => store.log.consistency(0, 2),
    () => store.log.consistency(-1, 1),
  ]) {
    assert.throws(ask, isCode('K_LOG_RANGE'));
  }
  store.close();
});

everyKind(
  'any mixture of appends, retries, failures and restarts gives one entry for each key, in order',
  async newPlace => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ keys: fc.array(fc.nat(12), { minLength: 1, maxLength: 6 }) }) },
      { weight: 2, arbitrary: fc.record({ failing: fc.nat(12) }) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async steps => {
        const place = newPlace();
        let store = place.open();
        const seen = new Map<string, string>();
        const roots: Uint8Array[] = [EMPTY_ROOT];
        const observe = (): void => {
          for (let size = roots.length; size <= store.log.size; size++) roots.push(store.log.root(size));
          for (const [size, root] of roots.entries()) assert.deepEqual(store.log.root(size), root);
          for (let index = 0; index < store.log.size; index++) {
            const entry = store.log.at(index)!;
            assert.equal(entry.index, index);
            assert.equal(seen.get(entry.key) ?? entry.digest, entry.digest);
            seen.set(entry.key, entry.digest);
          }
          assert.equal(seen.size, store.log.size);
        };
        for (const action of steps) {
          if (action === 'restart') {
            store.close();
            store = place.open();
            await store.log.recover(entry => stubSign(entry.message));
          } else if ('failing' in action) {
            const sign = (): Promise<never> => Promise.reject(new Error('locked'));
            await store.log.append(receiptRequest(`order ${action.failing}`, { sign })).catch(() => {});
          } else {
            await Promise.allSettled(
              action.keys.map(key => store.log.append(receiptRequest(`order ${key}`))),
            );
          }
          observe();
        }
        store.close();
      }),
      { numRuns: 25 },
    );
  },
);

everyKind('every logged type survives the way to disk and back', async newPlace => {
  const place = newPlace();
  let store = place.open();
  const one = `0x${'01'.repeat(32)}` as const;
  const address = `0x${'ab'.repeat(20)}` as const;
  const max64 = 2n ** 64n - 1n;
  const requests: { [T in LoggedType]: AppendRequest<T>['message'] } = {
    Receipt: receiptRequest('x').message,
    AuditReport: logIndex => ({
      receipt: one,
      auditor: address,
      execution: one,
      verdict: 2,
      draw: one,
      logIndex,
      anchorBy: max64,
    }),
    Offer: () => ({
      provider: address,
      token: address,
      baseAmount: 2n ** 127n,
      gigafuelAmount: 1n,
      maxFuel: max64,
      slots: 2 ** 32 - 1,
      executors: 'wasm onnx "ÿ"',
      expiresAt: max64,
    }),
    Grant: () => ({
      dataset: 2n ** 256n - 1n,
      epoch: max64,
      requester: address,
      terms: one,
      purpose: one,
      policy: one,
      token: address,
      amount: 1n,
      bits: max64,
      microRho: 0n,
      uses: 7,
      auditor: address,
      validFrom: 0n,
      expiresAt: max64,
      nonce: one,
    }),
    Order: () => ({
      manifest: one,
      requester: address,
      provider: address,
      grant: one,
      channel: one,
      token: address,
      maxAmount: 3n,
      assurance: 3,
      replicas: 1,
      auditRatePpm: 1_000_000,
      auditAmount: 0n,
      comparator: `0x${'00'.repeat(32)}`,
      auditor: address,
      expiresAt: max64,
      nonce: one,
    }),
    LogKey: () => ({ node: address, publicKey: one, issuedAt: max64 }),
    GrantRequest: () => ({
      dataset: 1n,
      requester: address,
      terms: one,
      purpose: 'ÿ',
      token: address,
      maxAmount: 1n,
      bits: max64,
      microRho: 0n,
      uses: 1,
      expiresAt: max64,
      nonce: one,
    }),
    Voucher: () => ({ channel: one, cumulativeAmount: 2n ** 128n - 1n, receiptsRoot: one }),
  };
  const appended = [];
  for (const [type, message] of Object.entries(requests) as Array<[LoggedType, never]>) {
    appended.push(
      await store.log.append({ key: type, type, salt: digestOfText(type), message, sign: stubSign }),
    );
  }
  store.close();
  store = place.open();
  for (const entry of appended) assert.deepEqual(store.log.at(entry.index), entry);
  store.close();
});
