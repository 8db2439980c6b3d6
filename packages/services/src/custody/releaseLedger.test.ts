import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Hex } from '@koinon/protocol';
import { openStore } from '@koinon/store/disk';
import { ReleaseLedger } from './releaseLedger.ts';

const YEAR_MS = 365 * 86_400_000;
const NOW_MS = 1_800_000_000_000;
const by = (byte: number): Hex => `0x${byte.toString(16).padStart(2, '0').repeat(32)}`;
const [ann, bob] = [`0x${'a1'.repeat(20)}`, `0x${'b0'.repeat(20)}`] as const;

function ledgerOf(t: TestContext): { ledger: ReleaseLedger; reopened(): ReleaseLedger } {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-ledger-'));
  let store = openStore(folder);
  t.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    ledger: new ReleaseLedger(store.database),
    reopened: () => {
      store.close();
      store = openStore(folder);
      return new ReleaseLedger(store.database);
    },
  };
}

test('a release is charged once, however often and with whatever it is charged again', t => {
  const { ledger } = ledgerOf(t);
  const charge = { by: by(1), dataset: 1n, requester: ann, bits: 500, atMs: NOW_MS };
  ledger.charge(charge);
  ledger.charge(charge);
  ledger.charge({ ...charge, bits: 1 });
  assert.deepEqual({ ...ledger.charged(1n, ann, NOW_MS) }, { requesterYear: 500, year: 500, total: 500 });
  assert.deepEqual(
    ledger.list(1n).map(each => each.bits),
    [500],
  );
});

test('charges add up by requester, by year and for ever, for each dataset by itself', t => {
  const { ledger } = ledgerOf(t);
  const charge = (name: number, requester: Hex, bits: number, atMs: number, dataset = 1n) =>
    ledger.charge({ by: by(name), dataset, requester, bits, atMs });
  charge(1, ann, 1, NOW_MS - YEAR_MS - 1);
  charge(2, ann, 10, NOW_MS - YEAR_MS + 1);
  charge(3, bob, 100, NOW_MS);
  charge(4, ann, 1000, NOW_MS, 2n);
  assert.deepEqual({ ...ledger.charged(1n, ann, NOW_MS) }, { requesterYear: 10, year: 110, total: 111 });
  assert.deepEqual({ ...ledger.charged(1n, bob, NOW_MS) }, { requesterYear: 100, year: 110, total: 111 });
  assert.deepEqual({ ...ledger.charged(3n, bob, NOW_MS) }, { requesterYear: 0, year: 0, total: 0 });
});

test('what was charged before a release leaves that release out', t => {
  const { ledger } = ledgerOf(t);
  ledger.charge({ by: by(1), dataset: 1n, requester: ann, bits: 7, atMs: NOW_MS });
  ledger.charge({ by: by(2), dataset: 1n, requester: ann, bits: 5, atMs: NOW_MS });
  assert.equal(ledger.charged(1n, ann, NOW_MS, by(2)).total, 7);
});

test('a charge outlives the process', t => {
  const { ledger, reopened } = ledgerOf(t);
  ledger.charge({ by: by(1), dataset: 1n, requester: ann, bits: 7, atMs: NOW_MS });
  assert.equal(reopened().charged(1n, ann, NOW_MS).total, 7);
});
