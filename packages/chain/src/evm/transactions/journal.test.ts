import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { Hex } from '@koinon/protocol';
import { type JournaledTransaction, memoryJournal, sqliteJournal } from './journal.ts';

const account: Hex = '0x00000000000000000000000000000000000000aa';
const entry = (nonce: number, status: 'pending' | 'mined'): JournaledTransaction => ({
  account,
  key: `key ${nonce}`,
  chainId: 1,
  nonce,
  to: null,
  data: '0x01',
  gas: 21_000n,
  doing: 'the test',
  attempts: [{ hash: '0x02', raw: '0x03', maxFeePerGasWei: 10n ** 20n, maxPriorityFeePerGasWei: 1n }],
  submittedAtMs: 5,
  outcome:
    status === 'pending'
      ? { status }
      : { status, mined: { transaction: '0x02', block: 7, blockHash: '0x04', gasUsed: 20_000n } },
});

const journals = {
  memory: memoryJournal,
  sqlite: () => sqliteJournal(new DatabaseSync(':memory:')),
};
for (const [name, open] of Object.entries(journals)) {
  describe(`the ${name} journal`, () => {
    it('gives back what was put, by key, by account and by chain', () => {
      const journal = open();
      journal.put(entry(3, 'pending'));
      assert.deepEqual(journal.get(account, 1, 'key 3'), entry(3, 'pending'));
      assert.equal(journal.get(account, 2, 'key 3'), undefined);
      assert.equal(journal.get('0x00', 1, 'key 3'), undefined);
      assert.deepEqual(journal.pending(account, 2), []);
    });
    it('lists the pending and the last settled in the order of their nonces', () => {
      const journal = open();
      for (const nonce of [10, 9, 11]) journal.put(entry(nonce, 'pending'));
      for (const nonce of [2, 1, 3]) journal.put(entry(nonce, 'mined'));
      assert.deepEqual(
        journal.pending(account, 1).map(({ nonce }) => nonce),
        [9, 10, 11],
      );
      assert.deepEqual(
        journal.recent(account, 1, 2).map(({ nonce }) => nonce),
        [2, 3],
      );
      journal.put(entry(9, 'mined'));
      assert.deepEqual(
        journal.pending(account, 1).map(({ nonce }) => nonce),
        [10, 11],
      );
    });
    it('does not change with what was put', () => {
      const journal = open();
      const put = entry(1, 'pending');
      journal.put(put);
      put.attempts.push(put.attempts[0]!);
      assert.equal(journal.get(account, 1, 'key 1')!.attempts.length, 1);
    });
  });
}
