import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  consistencyProof,
  type Hex,
  inclusionProof,
  leafHash,
  memorySubtrees,
  rangeRoot,
  type Signed,
  toHex,
} from '@koinon/protocol';
import fc from 'fast-check';
import { type LogQuestions, SILENT } from './askLog.ts';
import type { AnchorRecord } from './fault.ts';
import { type FollowOutcome, followLog } from './followLog.ts';
import { numberAnchors } from './numberAnchors.ts';
import type { FollowedLog } from './watchBook.ts';

const node: Hex = `0x${'0a'.repeat(20)}`;
const NEVER = { isOver: false };
const OVER = { isOver: true };

/** A log of so many entries; from the entry `forkAt` on it is another one. */
function logOf(size: number, forkAt = Number.POSITIVE_INFINITY) {
  const subtree = memorySubtrees(
    Array.from({ length: size }, (_, i) => leafHash(Uint8Array.of(i, i < forkAt ? 0 : 1))),
  );
  const root = (n: number) => toHex(rangeRoot(subtree, 0, n));
  return {
    root,
    head: (n: number): Signed<'LogHead'> => ({
      message: { node, size: BigInt(n), root: root(n), issuedAt: 1n },
      signature: `0x${'00'.repeat(65)}`,
    }),
    inclusion: (index: number, n: number) => inclusionProof(subtree, index, n).map(toHex),
    consistency: (first: number, second: number) => consistencyProof(subtree, first, second).map(toHex),
  };
}
type TestLog = ReturnType<typeof logOf>;

const anchorsOf = (log: TestLog, sizes: readonly number[]): AnchorRecord[] =>
  numberAnchors(
    sizes.map((size, block) => ({
      size: BigInt(size),
      root: log.root(size),
      transaction: `0x${'0'.repeat(64)}`,
      block,
    })),
  );

/** A node that answers from one log, with a head of the size it stands at. */
const answering = (log: TestLog, stands: number): LogQuestions => ({
  head: async () => log.head(stands),
  inclusion: async (_, index, size) => log.inclusion(Number(index), Number(size)),
  consistency: async (_, first, second) => log.consistency(Number(first), Number(second)),
});
const silent: LogQuestions = {
  head: async () => SILENT,
  inclusion: async () => SILENT,
  consistency: async () => SILENT,
};
const nothing: FollowedLog = { node, verified: undefined, heads: [] };
const kinds = ({ findings }: FollowOutcome) => findings.map(({ kind }) => kind);

test('an honest log is never found at fault, whatever it anchors, however often it is silent', async () => {
  const step = fc.record({ grow: fc.nat(5), anchor: fc.boolean(), answers: fc.boolean() });
  const log = logOf(120);
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async steps => {
      let followed = nothing;
      let stands = 1;
      const sizes: number[] = [];
      for (const { grow, anchor, answers } of steps) {
        stands += grow;
        if (anchor) sizes.push(stands);
        const outcome = await followLog(
          followed,
          anchorsOf(log, sizes),
          answers ? answering(log, stands) : silent,
          NEVER,
        );
        assert.deepEqual(outcome.findings, []);
        followed = outcome.log;
      }
      const { log: last } = await followLog(followed, anchorsOf(log, sizes), answering(log, stands), NEVER);
      assert.equal(last.verified?.size, sizes.length > 0 ? BigInt(sizes.at(-1)!) : undefined);
    }),
    { numRuns: 40 },
  );
});

test('a log rewritten below what was signed is found, wherever and whenever it forks', async () => {
  const cases = fc.record({
    signed: fc.integer({ min: 2, max: 30 }),
    forkAt: fc.nat(29),
    more: fc.integer({ min: 0, max: 20 }),
    isHelpful: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ signed, forkAt: at, more, isHelpful }) => {
      const forkAt = at % signed;
      const [honest, forked] = [logOf(60), logOf(60, forkAt)];
      // It is followed from an anchor on, then signs a head, then anchors a log that is another one.
      const first = await followLog(nothing, anchorsOf(honest, [1]), answering(honest, signed), NEVER);
      assert.deepEqual(first.findings, []);
      const anchors = [...anchorsOf(honest, [1]), ...anchorsOf(forked, [signed + more])].map(
        (anchor, index) => ({
          ...anchor,
          index,
        }),
      );
      const liar = isHelpful ? answering(forked, 60) : answering(honest, 60);
      const outcome = await followLog(first.log, anchors, liar, NEVER);
      const found = kinds(outcome);
      assert.ok(found.includes(more === 0 ? 'head' : 'inconsistent'), found.join());
      const doubt = outcome.findings.find(finding => finding.kind === 'inconsistent' && finding.head);
      if (more > 0) assert.ok(doubt && 'head' in doubt && doubt.head?.message.size === BigInt(signed));
    }),
    { numRuns: 60 },
  );
});

test('two signed heads of one size with different roots are a fault, before anything is anchored at it', async () => {
  const [honest, forked] = [logOf(9), logOf(9, 3)];
  const anchors = anchorsOf(honest, [2]);
  const first = await followLog(nothing, anchors, answering(honest, 5), NEVER);
  const more = anchorsOf(honest, [2, 3]);
  const second = await followLog(
    first.log,
    more,
    { ...answering(honest, 5), head: async () => forked.head(5) },
    NEVER,
  );
  const [fault] = second.findings;
  assert.equal(fault?.kind, 'heads');
  assert.ok(fault.kind === 'heads' && fault.a.message.root !== fault.b.message.root);
});

test('an old head that was never part of the log is doubted', async () => {
  const [honest, forked] = [logOf(9), logOf(9, 1)];
  const first = await followLog(nothing, anchorsOf(honest, [5]), answering(honest, 5), NEVER);
  const questions = { ...answering(honest, 8), head: async () => forked.head(4) };
  const second = await followLog(first.log, anchorsOf(honest, [5, 8]), questions, NEVER);
  assert.deepEqual(kinds(second), ['inconsistent']);
});

test('anchors of which one does not continue the other are doubted even where nothing was signed', async () => {
  const [honest, forked] = [logOf(9), logOf(9, 1)];
  const anchors = [...anchorsOf(honest, [5]), { ...anchorsOf(forked, [8])[0]!, index: 1 }];
  const first = await followLog(
    nothing,
    anchors.slice(0, 1),
    { ...answering(honest, 5), head: silent.head },
    NEVER,
  );
  const second = await followLog(first.log, anchors, answering(forked, 8), NEVER);
  assert.ok(kinds(second).includes('inconsistent'));
  assert.equal(second.log.verified?.size, 8n);
});

test('silence is a doubt only when patience is over, and an answer ends it', async () => {
  const log = logOf(9);
  const first = await followLog(nothing, anchorsOf(log, [3]), answering(log, 3), NEVER);
  const anchors = anchorsOf(log, [3, 7]);
  const early = await followLog(first.log, anchors, silent, NEVER);
  assert.deepEqual([kinds(early), early.isSilent], [[], true]);
  const late = await followLog(early.log, anchors, silent, OVER);
  assert.deepEqual(kinds(late), ['inconsistent']);
  assert.equal(late.log.verified?.size, 3n);
  const after = await followLog(late.log, anchors, answering(log, 8), OVER);
  assert.deepEqual([kinds(after), after.isSilent, after.log.verified?.size], [[], false, 7n]);
  assert.ok(after.borneOut.some(({ size }) => size === 3n));
});

test('an anchor of a size no log can have is doubted without a question', async () => {
  const log = logOf(9);
  const first = await followLog(nothing, anchorsOf(log, [3]), answering(log, 3), NEVER);
  const absurd = { ...anchorsOf(log, [3])[0]!, index: 1, size: 2n ** 63n };
  const outcome = await followLog(first.log, [...anchorsOf(log, [3]), absurd], silent, NEVER);
  assert.ok(kinds(outcome).includes('inconsistent'));
});

test('a node that signs heads and never anchors fills no store', async () => {
  const log = logOf(60);
  let followed = nothing;
  for (let stands = 2; stands < 60; stands++) {
    const anchors = anchorsOf(log, [1]);
    // Looked at as if each time were the first after an anchor, so that it is asked for a head each time.
    const outcome = await followLog(
      { ...followed, verified: undefined },
      anchors,
      answering(log, stands),
      NEVER,
    );
    followed = outcome.log;
  }
  assert.ok(followed.heads.length <= 8);
});

test('after a reorganisation that took anchors back an honest log goes on', async () => {
  const log = logOf(20);
  const before = await followLog(nothing, anchorsOf(log, [3, 7]), answering(log, 7), NEVER);
  const back = await followLog(before.log, anchorsOf(log, [3]), answering(log, 8), NEVER);
  assert.deepEqual(back.findings, []);
  const again = await followLog(back.log, anchorsOf(log, [3, 9]), answering(log, 9), NEVER);
  assert.deepEqual(again.findings, []);
  assert.equal(again.log.verified?.size, 9n);
});

test('anchors are numbered as the court counts them: a repeated one has no number', () => {
  const log = logOf(9);
  assert.deepEqual(
    anchorsOf(log, [3, 3, 5, 5, 5, 8]).map(({ index, size }) => [index, size]),
    [
      [0, 3n],
      [1, 5n],
      [2, 8n],
    ],
  );
});

test('a head that the later anchor bears out is no evidence about what was rewritten after it', async () => {
  const [honest, forked] = [logOf(12), logOf(12, 4)];
  const anchors = [...anchorsOf(honest, [3, 6]), { ...anchorsOf(forked, [9])[0]!, index: 2 }];
  const first = await followLog(nothing, anchors.slice(0, 1), answering(honest, 3), NEVER);
  const quiet = { ...answering(honest, 6), head: async () => honest.head(3) };
  const second = await followLog(first.log, anchors.slice(0, 2), quiet, NEVER);
  assert.deepEqual(second.findings, []);
  const third = await followLog(second.log, anchors, { ...answering(forked, 9), head: silent.head }, NEVER);
  const [doubt] = third.findings;
  assert.ok(doubt?.kind === 'inconsistent');
  assert.equal(doubt.earlier.size, 6n);
  assert.equal(doubt.head, undefined);
});
