import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hex, sha256, toHex, ZERO_32 } from '@koinon/protocol';
import { nextDemandAction } from './nextDemandAction.ts';
import { KEEPER_PATIENCE_SECONDS, nextDisputeAction } from './nextDisputeAction.ts';
import { voteSalt } from './salts.ts';
import type { DisputeShape, JuryShape, Knowledge, VoteState } from './views.ts';

const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;
const digest = (n: number): Hex => toHex(sha256(Uint8Array.of(n)));
const [ACCUSED, ACCUSER, JUROR] = [address(1), address(2), address(3)];
const [RIGHT, WRONG] = [digest(1), digest(2)];
const terms = { maxRounds: 3 };

const jury = (more: Partial<JuryShape> = {}): JuryShape => ({
  round: 0,
  commitUntil: 100,
  revealUntil: 200,
  appealUntil: 300,
  seats: 15,
  revealedSeats: 0,
  leading: ZERO_32,
  leadingSeats: 0,
  appellant: undefined,
  ...more,
});
const dispute = (more: Partial<DisputeShape> = {}): DisputeShape => ({
  dispute: digest(9),
  accused: ACCUSED,
  accuser: ACCUSER,
  claimed: WRONG,
  opened: undefined,
  outcome: 'open',
  juries: [jury()],
  ...more,
});
const known = (nowSeconds: number, me = JUROR, more: Partial<Knowledge> = {}): Knowledge => ({
  me,
  nowSeconds,
  secret: digest(7),
  outcome: RIGHT,
  seats: 2,
  votes: new Map(),
  canAppeal: true,
  ...more,
});
const votes = (state: VoteState) => ({ votes: new Map([[0, state]]) });
const salt = voteSalt(digest(7), digest(9), 0, JUROR);

test('a juror seals its own replay, opens it in time, and collects', () => {
  const vote = { dispute: digest(9), round: 0, outcome: RIGHT, salt };
  assert.deepEqual(nextDisputeAction(dispute(), terms, known(0)), { do: 'sealVote', ...vote });
  const sealed = votes('sealed');
  assert.deepEqual(nextDisputeAction(dispute(), terms, known(50, JUROR, sealed)), { do: 'wait', until: 100 });
  assert.deepEqual(nextDisputeAction(dispute(), terms, known(100, JUROR, sealed)), {
    do: 'openVote',
    ...vote,
  });
  const opened = votes('opened');
  assert.deepEqual(nextDisputeAction(dispute(), terms, known(150, JUROR, opened)), {
    do: 'wait',
    until: 200,
  });
  const done = dispute({ outcome: 'convicted' });
  assert.deepEqual(nextDisputeAction(done, terms, known(400, JUROR, opened)), {
    do: 'settleVote',
    dispute: digest(9),
    round: 0,
    juror: JUROR,
  });
  assert.deepEqual(nextDisputeAction(done, terms, known(400, JUROR, votes('settled'))), { do: 'done' });
});

test('a juror without seats, beacon or replay does not vote', () => {
  const at = (more: Partial<Knowledge>) => nextDisputeAction(dispute(), terms, known(0, JUROR, more)).do;
  assert.equal(at({ seats: 0 }), 'wait');
  assert.equal(at({ seats: undefined }), 'learn');
  assert.equal(at({ outcome: undefined }), 'learn');
  assert.equal(nextDisputeAction(dispute(), terms, known(0, ACCUSER)).do, 'wait');
  assert.equal(nextDisputeAction(dispute(), terms, known(0, ACCUSED)).do, 'wait');
});

test('the accuser opens its seal as soon as votes are closed, once', () => {
  const seal = { outcome: RIGHT, salt: digest(5) };
  const at = (now: number, view = dispute()) => nextDisputeAction(view, terms, known(now, ACCUSER), seal);
  assert.equal(at(99).do, 'wait');
  assert.deepEqual(at(100), { do: 'openSeal', dispute: digest(9), ...seal });
  assert.equal(at(350).do, 'openSeal');
  assert.equal(at(100, dispute({ opened: RIGHT })).do, 'wait');
  assert.equal(nextDisputeAction(dispute(), terms, known(100, JUROR), seal).do, 'wait');
});

test('whoever is concerned appeals a wrong decision, nobody a right one, and never twice', () => {
  const lost = (more: Partial<JuryShape> = {}) =>
    dispute({ juries: [jury({ leading: WRONG, leadingSeats: 10, revealedSeats: 12, ...more })] });
  const at = (view: DisputeShape, me: Hex, more: Partial<Knowledge> = {}) =>
    nextDisputeAction(view, terms, known(250, me, more)).do;
  assert.equal(at(lost(), ACCUSER), 'appeal');
  assert.equal(at(lost(), ACCUSED), 'appeal');
  assert.equal(at(lost(), JUROR, votes('opened')), 'appeal');
  assert.equal(at(lost(), JUROR), 'wait');
  assert.equal(at(lost(), ACCUSER, { canAppeal: false }), 'wait');
  assert.equal(at(lost({ leading: RIGHT }), ACCUSER), 'wait');
  // Neither is what the accused claimed: it loses either way.
  assert.equal(at(lost({ leading: digest(3) }), ACCUSER), 'wait');
  assert.equal(at(lost({ appellant: JUROR }), ACCUSER), 'wait');
  // No majority, or no further jury: nothing to appeal, so it is moved on.
  assert.equal(at(lost({ leadingSeats: 6 }), ACCUSER), 'resolve');
  assert.equal(at(lost({ revealedSeats: 7, leadingSeats: 7 }), ACCUSER), 'resolve');
  assert.equal(at(lost({ round: 2 }), ACCUSER), 'resolve');
});

test('parties move the dispute on at its deadline, others a little later', () => {
  const decided = jury({ revealedSeats: 12, leadingSeats: 12, leading: RIGHT });
  const view = dispute({ juries: [decided] });
  const at = (now: number, me: Hex) => nextDisputeAction(view, terms, known(now, me)).do;
  assert.equal(at(299, ACCUSER), 'wait');
  assert.equal(at(300, ACCUSER), 'resolve');
  assert.equal(at(300, ACCUSED), 'resolve');
  assert.equal(at(300, JUROR), 'wait');
  assert.equal(at(300 + KEEPER_PATIENCE_SECONDS, JUROR), 'resolve');
});

test('the accuser has the sentence carried out before it collects', () => {
  const view = dispute({ outcome: 'convicted' });
  const at = (me: Hex) => nextDisputeAction(view, terms, known(400, me, { hasSentence: true }));
  assert.deepEqual(at(ACCUSER), { do: 'enforce', accused: ACCUSED, dispute: digest(9) });
  assert.deepEqual(at(JUROR), { do: 'done' });
});

test('the winner settles what the losers left', () => {
  const view = dispute({ outcome: 'convicted' });
  const more = { unsettled: [{ round: 0, juror: address(8) }] };
  const at = (me: Hex) => nextDisputeAction(view, terms, known(400, me, more)).do;
  assert.equal(at(ACCUSER), 'settleVote');
  assert.equal(at(ACCUSED), 'done');
  assert.equal(at(JUROR), 'done');
});

test('salts come back after a crash and differ by juror, dispute and round', () => {
  const all = [
    voteSalt(digest(7), digest(9), 0, JUROR),
    voteSalt(digest(7), digest(9), 1, JUROR),
    voteSalt(digest(7), digest(8), 0, JUROR),
    voteSalt(digest(7), digest(9), 0, ACCUSER),
    voteSalt(digest(6), digest(9), 0, JUROR),
  ];
  assert.equal(all[0], salt);
  assert.equal(new Set(all).size, all.length);
});

test('a demand is answered while it can be and closed by whoever made it', () => {
  const view = { demand: digest(1), node: ACCUSED, demander: ACCUSER, until: 100, outcome: 'open' } as const;
  const at = (nowSeconds: number, me: Hex, canAnswer = true) =>
    nextDemandAction(view, { me, nowSeconds, canAnswer }).do;
  assert.equal(at(99, ACCUSED), 'answerDemand');
  assert.equal(at(99, ACCUSED, false), 'wait');
  assert.equal(at(99, ACCUSER), 'wait');
  assert.equal(at(100, ACCUSER), 'closeDemand');
  assert.equal(at(100, ACCUSED), 'done');
  assert.equal(
    nextDemandAction({ ...view, outcome: 'acquitted' }, { me: ACCUSED, nowSeconds: 0, canAnswer: true }).do,
    'done',
  );
});
