import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cohortPolicy, privateDraft } from '@koinon/node/testing';
import { decodeManifest, type GrantRequest, type Hex, ZERO_32 } from '@koinon/protocol';
import { mayAnswerAlone } from './automaticGrants.ts';
import type { HeldDataset } from './datasetBook.ts';
import { AUTOMATIC_PER_DAY, AUTOMATIC_PER_REQUESTER, GRANT_MS } from './doorLimits.ts';

const NOW_MS = 1_800_000_000_000;
const requester: Hex = `0x${'0e'.repeat(20)}`;
const dataset = {
  id: 1n,
  contentRoot: ZERO_32,
  policy: cohortPolicy(requester, requester, { opaqueBits: 1_000 }),
  autoApprove: true,
} as HeldDataset;

/** Whether a request of 100 bits is answered alone where so many were in the day before, each for 1 use of 100 bits. */
function isAnswered(
  given: { toAll: number; toOne: number; taken?: number },
  options: { autoApprove?: boolean; draft?: Uint8Array; uses?: number } = {},
): boolean {
  const bytes = options.draft ?? privateDraft(dataset);
  const message = { requester, bits: 100n, uses: options.uses ?? 1, dataset: 1n } as GrantRequest;
  const asked: [bigint, number][] = [];
  const books = {
    grants: {
      automaticSince: (id: bigint, sinceMs: number, to?: Hex) => {
        asked.push([id, sinceMs]);
        return Array.from({ length: to ? given.toOne : given.toAll }, () => ({
          grant: { message: { ...message, uses: 1 } },
        }));
      },
    },
    ledger: { charged: () => ({ requesterYear: 0, year: 0, total: 0 }) },
    usesTaken: () => given.taken ?? 1,
  };
  const answered = mayAnswerAlone(
    books as never,
    { ...dataset, autoApprove: options.autoApprove ?? true },
    { request: { message, signature: '0x' }, draft: decodeManifest(bytes), bytes },
    NOW_MS,
  );
  for (const question of asked) assert.deepEqual(question, [1n, NOW_MS - GRANT_MS]);
  return answered;
}

test('a request is answered alone where the owner asked for that, and else never', () => {
  assert.equal(isAnswered({ toAll: 0, toOne: 0 }), true);
  assert.equal(isAnswered({ toAll: 0, toOne: 0 }, { autoApprove: false }), false);
});

test('so many are answered alone in a day, to all and to one requester', () => {
  assert.equal(isAnswered({ toAll: AUTOMATIC_PER_DAY - 1, toOne: 0 }), true);
  assert.equal(isAnswered({ toAll: AUTOMATIC_PER_DAY, toOne: 0 }), false);
  assert.equal(isAnswered({ toAll: 0, toOne: AUTOMATIC_PER_REQUESTER - 1 }), true);
  assert.equal(isAnswered({ toAll: 0, toOne: AUTOMATIC_PER_REQUESTER }), false);
});

test('uses that were promised and not taken count against the caps, and those taken are charged elsewhere', () => {
  const { requesterYear } = dataset.policy.bits;
  const open = { toAll: 10, toOne: 10, taken: 0 };
  const fitting = requesterYear / 100 - 10;
  assert.equal(isAnswered(open, { uses: fitting }), true);
  assert.equal(isAnswered(open, { uses: fitting + 1 }), false);
  assert.equal(isAnswered({ ...open, taken: 1 }, { uses: fitting + 1 }), true);
});

test('files that would leave as they are, and drafts larger than usual, are for a person', () => {
  const none = { toAll: 0, toOne: 0 };
  const outputs = [{ name: 'rows.bin', class: 'table' as const, maxBytes: 1 }];
  assert.equal(isAnswered(none, { draft: privateDraft(dataset, { outputs }) }), false);
  const params = { words: 'x'.repeat(10_000) };
  assert.equal(isAnswered(none, { draft: privateDraft(dataset, { params }) }), false);
});
