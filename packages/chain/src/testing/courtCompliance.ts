import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type AuditReport,
  concatBytes,
  consistencyProof,
  drawId,
  fromHex,
  type Hex,
  leafHash,
  logEntryTypes,
  memorySubtrees,
  type Signed,
  signStatement,
  statementDigest,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import type { AuditOptions } from '../deployment/courtTerms.ts';
import type { Chain, ChainEvent } from '../port/chain.ts';
import type { CourtFact } from '../port/court.ts';
import { entryHash } from '../twin/rfc6962.ts';
import {
  anchorLog,
  PREIMAGE,
  rich,
  SALT,
  SMALL_COURT,
  staked,
  treeOf,
  voted,
  type Work,
  workOf,
} from './disputes.ts';
import { refused } from './refused.ts';
import { digest, PEER_ID } from './samples.ts';
import { advanceTo, CHALLENGE_WINDOW_SECONDS, type World, type WorldOptions } from './world.ts';

const SMALL_AUDITS: AuditOptions = { ticketOdds: 1n, plantDeposit: 30n };
const [ACCUSER, PROVIDER, FIRST, SECOND, THIRD] = [0, 1, 2, 3, 4] as const;
const STAKE = 1_000n;

/** What every court, its beacon and its audits have to do. Each group gets a chain of its own. */
export function courtCompliance(name: string, start: (options: WorldOptions) => Promise<World>): void {
  function group(title: string, tests: (world: () => World) => void): void {
    describe(`${name}: ${title}`, () => {
      let world: World;
      before(async () => {
        world = await start({ accounts: 5, court: SMALL_COURT, audits: SMALL_AUDITS });
        await staked(world, PROVIDER, STAKE);
        for (const juror of [FIRST, SECOND, THIRD]) await staked(world, juror, 100n);
      });
      after(() => world.close());
      tests(() => world);
    });
  }
  const koinOf = (chain: Chain) => chain.deployment.token as Hex;
  const stakeOf = async (world: World, i: number) => (await world.as(0).nodes.get(world.account(i)))!.stake;
  const owed = (world: World, i: number) => world.as(i).court.owed(koinOf(world.as(i)), world.account(i));
  const balance = (world: World, of: Hex) => world.as(0).token.balanceOf(koinOf(world.as(0)), of);
  const whats = (facts: CourtFact[]) => facts.map(({ what }) => what);

  group('the beacon', world => {
    it('draws what nobody knew before', async () => {
      const { beacon, block } = world().as(0);
      assert.equal(beacon.kind, 'block');
      const { number } = await block('latest');
      assert.equal(await beacon.roundAfter(number), BigInt(number + 1));
      const round = BigInt(number + 3);
      assert.equal(await beacon.known(round), undefined);
      const value = beacon.value(round);
      for (let i = 0; i < 4; i++) await world().advance(1);
      assert.equal(await value, (await block(Number(round))).hash);
      assert.equal(await beacon.known(round), await value);
      await beacon.record(round);
      await refused(beacon.record(round + 1_000n), 'RoundUnknown');
    });
    it('stops waiting when told to', async () => {
      const abort = new AbortController();
      abort.abort(new Error('enough'));
      await assert.rejects(world().as(0).beacon.value(1_000_000n, abort.signal), /enough/);
    });
  });

  group('equivocation', world => {
    it('knows its terms', async () => {
      const window = Math.floor(CHALLENGE_WINDOW_SECONDS / 14);
      assert.deepEqual(await world().as(0).court.terms(), {
        ...SMALL_COURT,
        evidenceSeconds: CHALLENGE_WINDOW_SECONDS,
        demandSeconds: Math.floor(CHALLENGE_WINDOW_SECONDS / 7),
        reportSeconds: Math.floor(CHALLENGE_WINDOW_SECONDS / 7),
        ...{ commitSeconds: window, revealSeconds: window, appealSeconds: window, maxRounds: 3 },
      });
      assert.deepEqual((await world().as(0).delays()).court, await world().as(0).court.terms());
    });
    it('takes the stake of who signed two receipts for one manifest', async () => {
      const { court } = world().as(ACCUSER);
      const [a, b] = [await workOf(world(), PROVIDER), await workOf(world(), PROVIDER, { fuel: 7n })];
      const events: ChainEvent[] = [];
      const told = Promise.withResolvers<void>();
      const stop = world()
        .as(SECOND)
        .watch(event => {
          if (event.type === 'court') events.push(event);
          if (event.type === 'block' && events.length >= 2) told.resolve();
        });
      await refused(court.accuseReceipts(a, a), 'NoContradiction');
      await refused(court.accuseReceipts(a, { ...b, opening: a.opening }), 'EvidenceMismatch');
      const forged = { ...b, receipt: { ...b.receipt, signature: a.receipt.signature } };
      await refused(court.accuseReceipts(a, forged), 'BadSignature');
      const { block, transaction } = await court.accuseReceipts(a, b);
      await refused(court.accuseReceipts(b, a), 'AlreadyRaised');
      assert.equal(await court.groundOf(a.statement), 'receipts');
      assert.equal(await court.groundOf(b.statement), 'receipts');
      assert.equal(await court.groundOf(digest(1)), undefined);
      const accused = world().account(PROVIDER);
      const [first, second] = await world().as(THIRD).court.convictions();
      assert.deepEqual(first, {
        ...{ accused, statement: a.statement, dispute: ZERO_32, ground: 'receipts' },
        ...{ accuser: world().account(ACCUSER), slashed: STAKE, block, transaction },
      });
      assert.deepEqual([second?.statement, second?.slashed], [b.statement, 0n]);
      await told.promise;
      stop();
      assert.deepEqual(events[0], { type: 'court', id: ZERO_32, what: 'convicted', accused, block });
    });
    it('locks the stake by the conviction and takes it by enforcing it', async () => {
      const { court } = world().as(THIRD);
      const accused = world().account(PROVIDER);
      const { statement } = (await court.convictions())[0]!;
      assert.equal(await stakeOf(world(), PROVIDER), 0n);
      assert.equal((await court.sentenceOf(accused, statement))?.amount, STAKE);
      await court.enforce(accused, statement);
      await refused(court.enforce(accused, statement), 'Unknown');
      assert.equal(await court.sentenceOf(accused, statement), undefined);
      assert.equal(await owed(world(), ACCUSER), 6n);
      assert.equal(await balance(world(), court.address), 6n);
      assert.deepEqual(whats(await court.timeline(statement)), ['convicted', 'enforced']);
    });
    it('pays what it owes to whom it owes it', async () => {
      const { court, token } = world().as(ACCUSER);
      const before = await token.balanceOf(koinOf(world().as(0)), world().account(ACCUSER));
      await court.withdraw(koinOf(world().as(0)));
      assert.equal((await balance(world(), world().account(ACCUSER))) - before, 6n);
      await refused(court.withdraw(koinOf(world().as(0))), 'ZeroAmount');
      assert.equal(await balance(world(), court.address), 0n);
    });
  });

  group('logs', world => {
    const headOf = async (i: number, size: bigint, root: Hex) => {
      const { timestampSeconds } = await world().as(0).block('latest');
      const message = { node: world().account(i), size, root, issuedAt: BigInt(timestampSeconds) };
      return signStatement('LogHead', message, world().as(0).deployment, world().signer(i));
    };

    it('convicts who leaves a receipt out of its log once it was due', async () => {
      const { court } = world().as(ACCUSER);
      const { receipt, statement } = await workOf(world(), FIRST, { seconds: 100 });
      const { from } = await refused(court.accuseOmittedReceipt(receipt), 'NotNow');
      assert.equal(from, String(receipt.message.anchorBy + 1n));
      await advanceTo(world(), Number(receipt.message.anchorBy) + 1);
      await court.accuseOmittedReceipt(receipt);
      assert.equal(await court.groundOf(statement), 'omission');
      assert.equal(await stakeOf(world(), FIRST), 0n);
      await refused(court.accuseOmittedReceipt(receipt), 'AlreadyRaised');
    });
    it('leaves who logged it alone, unless another leaf stands in its place', async () => {
      const { court } = world().as(ACCUSER);
      const work = await workOf(world(), SECOND, { seconds: 10 });
      const placeOf = await anchorLog(world(), SECOND, [
        { type: 'Order', digest: digest(3) },
        { type: 'Receipt', digest: work.statement },
      ]);
      await advanceTo(world(), Number(work.receipt.message.anchorBy) + 1);
      await refused(court.accuseOmittedReceipt(work.receipt), 'NoContradiction');
      const found = { entryType: logEntryTypes.Order, digest: digest(3), place: placeOf(0) };
      await refused(
        court.accuseMisplacedReceipt(work.receipt, { ...found, digest: digest(4) }),
        'EvidenceMismatch',
      );
      await refused(
        court.accuseMisplacedReceipt(work.receipt, { ...found, entryType: 1, digest: work.statement }),
        'NoContradiction',
      );
      await court.accuseMisplacedReceipt(work.receipt, found);
      assert.equal(await court.groundOf(work.statement), 'misplaced');
    });
    it('convicts who leaves an audit report out', async () => {
      const { court } = world().as(ACCUSER);
      const { timestampSeconds } = await world().as(0).block('latest');
      const report: AuditReport = {
        ...{ receipt: digest(1), auditor: world().account(THIRD), execution: digest(2), verdict: 1 },
        ...{ draw: digest(3), logIndex: 4n, anchorBy: BigInt(timestampSeconds - 1) },
      };
      const { deployment } = world().as(0);
      const signed = await signStatement('AuditReport', report, deployment, world().signer(THIRD));
      await court.accuseOmittedReport(signed);
      assert.equal(await court.groundOf(statementDigest('AuditReport', report, deployment)), 'omission');
    });
    it('convicts who signs two logs of one size', async () => {
      const { court } = world().as(ACCUSER);
      const [a, b] = [await headOf(PROVIDER, 3n, digest(1)), await headOf(PROVIDER, 3n, digest(2))];
      const longer = await headOf(PROVIDER, 4n, digest(2));
      await refused(court.accuseHeads(a, longer), 'EvidenceMismatch');
      await refused(court.accuseHeads(a, a), 'NoContradiction');
      await refused(court.accuseHeads(a, { ...b, signature: longer.signature }), 'BadSignature');
      await court.accuseHeads(a, b);
      const digestOfHead = statementDigest('LogHead', a.message, world().as(0).deployment);
      assert.equal(await court.groundOf(digestOfHead), 'fork');
      assert.equal(await stakeOf(world(), PROVIDER), 0n);
    });
    it('convicts who signs another log than it anchored', async () => {
      const { court } = world().as(ACCUSER);
      await world().as(PROVIDER).nodes.anchor(3n, digest(1));
      const head = await headOf(PROVIDER, 3n, digest(9));
      await refused(court.accuseHead(await headOf(PROVIDER, 3n, digest(1)), 0n), 'NoContradiction');
      await refused(court.accuseHead(await headOf(PROVIDER, 2n, digest(1)), 0n), 'EvidenceMismatch');
      await refused(court.accuseHead(head, 1n), 'AnchorGone');
      await court.accuseHead(head, 0n);
    });
  });

  group('a jury that convicts', world => {
    let work: Work;
    let dispute: Hex;
    const right = () => work.outcome(1, digest(0x99));

    it('freezes what is at risk when a step is disputed', async () => {
      const { court, escrow, nodes } = world().as(ACCUSER);
      const koin = koinOf(world().as(0));
      await escrow.deposit(koin, 500n);
      const { params, channel } = await escrow.openChannel({
        payee: world().account(PROVIDER),
        token: koin,
        number: 1n,
        amount: 200n,
      });
      work = await workOf(world(), PROVIDER, { order: { channel } });
      const receipts = treeOf([leafHash(fromHex(work.statement)), leafHash(fromHex(digest(1)))]);
      const message = { channel, cumulativeAmount: 90n, receiptsRoot: receipts.root };
      const voucher = await signStatement('Voucher', message, world().as(0).deployment, world().signer(0));
      await world().as(PROVIDER).escrow.claim(params, voucher);

      const step = work.claim(1);
      const seal = court.sealOf(right(), SALT);
      const accuse = (changes: Partial<typeof step>) =>
        court.accuse(work.receipt, work.order, work.opening, { ...step, ...changes }, seal);
      await refused(accuse({ root: digest(1) }), 'EvidenceMismatch');
      await refused(accuse({ previousRoot: digest(1) }), 'EvidenceMismatch');
      await refused(accuse({ path: [] }), 'BadPathLength');
      await refused(
        court.accuse(work.receipt, { ...work.order, nonce: digest(1) }, work.opening, step, seal),
        'EvidenceMismatch',
      );
      const opened = await accuse({});
      ({ dispute } = opened);
      await refused(accuse({}), 'AlreadyRaised');
      const view = (await world().as(THIRD).court.dispute(dispute))!;
      const { juries, ...rest } = view;
      assert.deepEqual(rest, {
        ...{ dispute, accused: world().account(PROVIDER), accuser: world().account(ACCUSER) },
        ...{ receipt: work.statement, step: 1n, claimed: work.outcome(1), previousRoot: work.stateRoots[0] },
        ...{ seal, opened: undefined, stakeBlock: opened.block - 1, outcome: 'open', majority: undefined },
        block: opened.block,
      });
      const { timestampSeconds } = await world().as(0).block(opened.block);
      const { commitSeconds, revealSeconds, appealSeconds } = await court.terms();
      const commitUntil = timestampSeconds + commitSeconds;
      const revealUntil = commitUntil + revealSeconds;
      assert.deepEqual(juries, [
        {
          ...{ round: 0, beaconRound: BigInt(opened.block + 1), seats: 3, revealedSeats: 0, leadingSeats: 0 },
          ...{ commitUntil, revealUntil, appealUntil: revealUntil + appealSeconds },
          ...{ leading: ZERO_32, appellant: undefined },
        },
      ]);
      assert.deepEqual(await court.disputes(), [view]);
      assert.equal((await nodes.get(world().account(PROVIDER)))!.stake, STAKE - 50n);
      assert.deepEqual(await court.caseOf(work.statement), {
        ...{ lien: 50n, frozen: 60n, open: 1, at: timestampSeconds },
      });
    });
    it('gives seats by stake, and none to the parties', async () => {
      const { court, beacon } = world().as(ACCUSER);
      await world().advance(1);
      await beacon.value((await court.dispute(dispute))!.juries[0]!.beaconRound);
      const seats = [ACCUSER, PROVIDER, FIRST, SECOND, THIRD].map(i =>
        court.seats(dispute, 0, world().account(i)),
      );
      assert.deepEqual(await Promise.all(seats), [0, 0, 1, 1, 1]);
      assert.equal(await court.seats(dispute, 1, world().account(FIRST)), undefined);
    });
    it('takes sealed votes, and opens them afterwards', async () => {
      const { court } = world().as(FIRST);
      const vote = (outcome: Hex, juror: number) =>
        court.voteOf(dispute, 0, world().account(juror), outcome, SALT);
      await refused(court.openVote(dispute, right(), SALT), 'NotNow');
      await refused(world().as(ACCUSER).court.openSeal(dispute, right(), SALT), 'NotNow');
      await court.sealVote(dispute, vote(right(), FIRST));
      await refused(court.sealVote(dispute, vote(right(), FIRST)), 'AlreadyRaised');
      await world().as(SECOND).court.sealVote(dispute, vote(right(), SECOND));
      await world()
        .as(THIRD)
        .court.sealVote(dispute, vote(work.outcome(1), THIRD));
      await world().as(ACCUSER).court.sealVote(dispute, vote(right(), ACCUSER));
      assert.equal(await court.voteState(dispute, 0, world().account(FIRST)), 'sealed');
      assert.equal(await court.voteState(dispute, 1, world().account(FIRST)), 'none');
      const { commitUntil } = (await court.dispute(dispute))!.juries[0]!;
      await advanceTo(world(), commitUntil);
      await refused(court.sealVote(dispute, vote(right(), FIRST)), 'NotNow');
      await refused(court.openVote(dispute, work.outcome(1), SALT), 'EvidenceMismatch');
      await refused(world().as(ACCUSER).court.openVote(dispute, right(), SALT), 'NotAuthorized');
      await court.openVote(dispute, right(), SALT);
      await refused(court.openVote(dispute, right(), SALT), 'EvidenceMismatch');
      await world().as(SECOND).court.openVote(dispute, right(), SALT);
      await refused(world().as(ACCUSER).court.openSeal(dispute, work.outcome(1), SALT), 'EvidenceMismatch');
      await world().as(ACCUSER).court.openSeal(dispute, right(), SALT);
      assert.equal(await court.voteState(dispute, 0, world().account(FIRST)), 'opened');
      const { juries, opened } = (await court.dispute(dispute))!;
      assert.equal(opened, right());
      const { leading, leadingSeats, revealedSeats } = juries[0]!;
      assert.deepEqual([leading, leadingSeats, revealedSeats], [right(), 2, 2]);
    });
    it('decides when nobody appeals in time', async () => {
      const { court } = world().as(THIRD);
      const { appealUntil } = (await court.dispute(dispute))!.juries[0]!;
      await refused(court.resolve(dispute), 'NotNow');
      await refused(court.settleVote(dispute, 0, world().account(FIRST)), 'NotNow');
      await advanceTo(world(), appealUntil);
      await refused(world().as(ACCUSER).court.appeal(dispute), 'NotNow');
      await court.resolve(dispute);
      await refused(court.resolve(dispute), 'AlreadyRaised');
      const { outcome, majority } = (await court.dispute(dispute))!;
      assert.deepEqual([outcome, majority], ['convicted', right()]);
      assert.equal(await court.groundOf(work.statement), 'jury');
      const [conviction] = await court.convictions();
      assert.deepEqual(
        [conviction?.dispute, conviction?.accuser, conviction?.slashed],
        [dispute, world().account(ACCUSER), STAKE],
      );
    });
    it('pays who voted right, fines who did not, and burns the rest', async () => {
      const { court } = world().as(THIRD);
      for (const juror of [FIRST, SECOND, THIRD, ACCUSER])
        await court.settleVote(dispute, 0, world().account(juror));
      await refused(court.settleVote(dispute, 0, world().account(FIRST)), 'AlreadyRaised');
      assert.equal(await court.voteState(dispute, 0, world().account(FIRST)), 'settled');
      assert.equal(await owed(world(), FIRST), 3n);
      assert.equal(await owed(world(), THIRD), 0n);
      assert.equal(await stakeOf(world(), THIRD), 93n);
      assert.equal(await stakeOf(world(), SECOND), 100n);
      assert.equal(await stakeOf(world(), PROVIDER), 0n);
      assert.equal(await owed(world(), ACCUSER), 120n);
    });
    it('gives the requester back what it paid', async () => {
      const { court, escrow, deployment } = world().as(ACCUSER);
      const { params } = (await escrow.channels({ payer: world().account(ACCUSER) }))[0]!;
      const receipts = treeOf([leafHash(fromHex(work.statement)), leafHash(fromHex(digest(1)))]);
      const claimed = { cumulativeAmount: 90n, receiptsRoot: receipts.root };
      const message = { channel: work.order.channel, ...claimed };
      const sign = (more: Partial<typeof message>) =>
        signStatement('Voucher', { ...message, ...more }, deployment, world().signer(0));
      const inclusion = { index: 0n, size: 2n, path: receipts.path(0) };
      const refund = (voucher: Signed<'Voucher'>, where = inclusion) =>
        court.refund(work.receipt.message, work.order, params, voucher, where);
      await refused(refund(await sign({ cumulativeAmount: 91n })), 'EvidenceMismatch');
      await refused(refund(await sign({}), { ...inclusion, index: 1n }), 'EvidenceMismatch');
      const before = await owed(world(), ACCUSER);
      await refund(await sign({}));
      assert.equal((await owed(world(), ACCUSER)) - before, 60n);
      await refused(refund(await sign({})), 'ZeroAmount');
      const balanceBefore = await balance(world(), world().account(ACCUSER));
      await court.withdraw(koinOf(world().as(0)));
      assert.equal((await balance(world(), world().account(ACCUSER))) - balanceBefore, before + 60n);
    });
    it('tells its whole story', async () => {
      const { court } = world().as(SECOND);
      const story = await court.timeline(dispute);
      assert.deepEqual(whats(story), [
        ...['accused', 'jury-called', ...Array(4).fill('vote-sealed')],
        ...['vote-opened', 'vote-opened', 'seal-opened', 'convicted', 'resolved', 'enforced'],
        ...Array(4).fill('vote-settled'),
      ]);
      const { block, transaction: _, timeSeconds, ...accused } = story[0]!;
      assert.equal(timeSeconds, (await world().as(0).block(block)).timestampSeconds);
      assert.deepEqual(accused, {
        ...{ what: 'accused', id: dispute, who: world().account(ACCUSER) },
        details: {
          ...{ accused: world().account(PROVIDER), receipt: work.statement, step: '1' },
          ...{ claimed: work.outcome(1), previousRoot: work.stateRoots[0] },
        },
      });
      const opened = story.find(({ what }) => what === 'vote-opened')!;
      assert.deepEqual(opened.details, { round: '0', outcome: right(), seats: '1' });
      const settled = story.findLast(({ what }) => what === 'vote-settled')!;
      assert.deepEqual(settled.details, { round: '0', reward: '0', penalty: '0' });
      const about = whats(await court.timeline(work.statement));
      assert.deepEqual(about, ['accused', 'convicted', 'refunded']);
      assert.ok((await court.timeline()).length > story.length);
    });
    it('convicts auditors that agreed with it', async () => {
      const { court, deployment } = world().as(ACCUSER);
      const report: AuditReport = {
        ...{ receipt: work.statement, auditor: world().account(FIRST), execution: ZERO_32, verdict: 2 },
        ...{ draw: digest(3), logIndex: 4n, anchorBy: 0n },
      };
      const accuse = async (changes: Partial<AuditReport>) => {
        const message = { ...report, ...changes };
        const signed = await signStatement('AuditReport', message, deployment, world().signer(FIRST));
        return court.accuseReport(signed, work.receipt.message);
      };
      await refused(accuse({}), 'NoContradiction');
      await refused(accuse({ verdict: 1, receipt: digest(1) }), 'EvidenceMismatch');
      await accuse({ verdict: 1 });
      assert.equal(await stakeOf(world(), FIRST), 0n);
    });
  });

  group('a jury that acquits', world => {
    it('pays who was wronged and lets the claims mature', async () => {
      const { court, escrow } = world().as(ACCUSER);
      const koin = koinOf(world().as(0));
      await escrow.deposit(koin, 100n);
      const { params, channel } = await escrow.openChannel({
        payee: world().account(PROVIDER),
        token: koin,
        number: 1n,
        amount: 80n,
      });
      const { deployment } = world().as(0);
      const message = { channel, cumulativeAmount: 80n, receiptsRoot: digest(1) };
      const voucher = await signStatement('Voucher', message, deployment, world().signer(0));
      await world().as(PROVIDER).escrow.claim(params, voucher);
      const work = await workOf(world(), PROVIDER);
      const { dispute } = await court.accuse(
        work.receipt,
        work.order,
        work.opening,
        work.claim(2),
        court.sealOf(digest(1), SALT),
      );
      const outcome = work.outcome(2);
      const votes = [FIRST, SECOND, THIRD].map(juror => ({ juror, outcome, isOpened: juror !== THIRD }));
      const { juries } = await voted(world(), dispute, votes);
      await advanceTo(world(), juries[0]!.appealUntil);
      const resolved = await court.resolve(dispute);
      assert.equal((await court.dispute(dispute))!.outcome, 'acquitted');
      for (const juror of [FIRST, SECOND, THIRD]) await court.settleVote(dispute, 0, world().account(juror));
      assert.deepEqual(
        [await owed(world(), FIRST), await owed(world(), THIRD), await owed(world(), PROVIDER)],
        [3n, 0n, 9n],
      );
      assert.equal(await owed(world(), ACCUSER), 0n);
      assert.equal(await stakeOf(world(), THIRD), 93n);
      assert.equal(await stakeOf(world(), PROVIDER), STAKE);
      const { at, ...held } = await court.caseOf(work.statement);
      assert.deepEqual(held, { lien: 0n, frozen: 0n, open: 0 });
      assert.equal(at, (await world().as(0).block(resolved.block)).timestampSeconds);
      assert.equal(await court.groundOf(work.statement), undefined);
      await world().advance(2 * CHALLENGE_WINDOW_SECONDS);
      assert.equal(await owed(world(), PROVIDER), 9n + 60n);
      await world().as(PROVIDER).court.withdraw(koin);
      assert.equal(await balance(world(), world().account(PROVIDER)), 69n);
    });
    it('hears of another step of the same receipt, and holds the stake once', async () => {
      const { court } = world().as(ACCUSER);
      const work = await workOf(world(), PROVIDER, { seconds: 50 });
      const seal = court.sealOf(digest(1), SALT);
      const accuse = (step: number) =>
        court.accuse(work.receipt, work.order, work.opening, work.claim(step), seal);
      await accuse(0);
      await accuse(1);
      assert.equal((await court.caseOf(work.statement)).open, 2);
      assert.equal(await stakeOf(world(), PROVIDER), STAKE - 50n);
    });
    it('takes no bond from who has none', async () => {
      const { court } = world().as(FIRST);
      const work = await workOf(world(), PROVIDER);
      const seal = court.sealOf(digest(1), SALT);
      await refused(
        court.accuse(work.receipt, work.order, work.opening, work.claim(0), seal),
        'ERC20InsufficientBalance',
      );
    });
  });

  group('a jury that stays away', world => {
    it('is followed by larger ones, and in the end nothing is decided', async () => {
      const { court } = world().as(ACCUSER);
      const work = await workOf(world(), PROVIDER);
      const seal = court.sealOf(digest(1), SALT);
      const { dispute } = await court.accuse(work.receipt, work.order, work.opening, work.claim(0), seal);
      const outcome = work.outcome(0);
      const first = await voted(world(), dispute, [{ juror: FIRST, outcome }]);
      await advanceTo(world(), first.juries[0]!.revealUntil);
      await refused(court.appeal(dispute), 'NotNow');
      for (const expected of [7, 15]) {
        await court.resolve(dispute);
        const { juries, outcome: stands } = (await court.dispute(dispute))!;
        assert.deepEqual([stands, juries.at(-1)!.seats], ['open', expected]);
        await advanceTo(world(), juries.at(-1)!.revealUntil);
      }
      await court.resolve(dispute);
      const { outcome: end, majority } = (await court.dispute(dispute))!;
      assert.deepEqual([end, majority], ['undecided', undefined]);
      await court.settleVote(dispute, 0, world().account(FIRST));
      assert.deepEqual([await owed(world(), FIRST), await owed(world(), ACCUSER)], [3n, 97n]);
      assert.equal(await stakeOf(world(), PROVIDER), STAKE);
      const resolved = (await court.timeline(dispute)).find(({ what }) => what === 'resolved');
      assert.deepEqual(resolved?.details, { outcome: 'undecided', majority: ZERO_32 });
    });
  });

  group('an appeal', world => {
    it('may turn a verdict round', async () => {
      const { court } = world().as(ACCUSER);
      await rich(world(), THIRD, 100n);
      const work = await workOf(world(), PROVIDER);
      const wrong = work.outcome(1);
      const right = work.outcome(1, digest(0x99));
      const { dispute } = await court.accuse(
        work.receipt,
        work.order,
        work.opening,
        work.claim(1),
        court.sealOf(right, SALT),
      );
      const bribed = [FIRST, SECOND].map(juror => ({ juror, outcome: wrong }));
      const first = await voted(world(), dispute, [...bribed, { juror: THIRD, outcome: right }]);
      await advanceTo(world(), first.juries[0]!.revealUntil);
      assert.equal(await court.appealBond(dispute), 21n);
      await world().as(THIRD).court.appeal(dispute);
      const appealed = (await court.dispute(dispute))!;
      assert.equal(appealed.majority, wrong);
      assert.equal(appealed.juries[0]!.appellant, world().account(THIRD));
      assert.equal(appealed.juries[1]!.seats, 7);
      assert.equal(await balance(world(), world().account(THIRD)), 79n);
      await refused(court.resolve(dispute), 'NotNow');

      const all = [FIRST, SECOND, THIRD].map(juror => ({ juror, outcome: right }));
      const second = await voted(world(), dispute, all);
      await court.openSeal(dispute, right, SALT);
      await advanceTo(world(), second.juries[1]!.appealUntil);
      await court.resolve(dispute);
      assert.equal((await court.dispute(dispute))!.outcome, 'convicted');
      const seats = second.juries[1]!.leadingSeats;
      assert.equal(second.juries[1]!.revealedSeats, seats);
      for (const round of [0, 1])
        for (const juror of [FIRST, SECOND, THIRD])
          await court.settleVote(dispute, round, world().account(juror));
      // Its own seats of both rounds, and the bond of an appeal that was right.
      const own = (await court.seats(dispute, 1, world().account(THIRD)))!;
      assert.equal(await owed(world(), THIRD), 21n + 3n * BigInt(1 + own));
      assert.equal(await stakeOf(world(), FIRST), 93n);
      assert.equal(await owed(world(), ACCUSER), 120n);
      const story = whats(await court.timeline(dispute));
      assert.equal(story.filter(what => what === 'jury-called').length, 2);
      assert.ok(story.includes('appealed'));
    });
  });

  group('demands', world => {
    it('ends a demand by showing what was asked for, and pays for the trouble', async () => {
      const { court } = world().as(ACCUSER);
      const work = await workOf(world(), PROVIDER, { seconds: 100 });
      const answers = world().as(PROVIDER).court;
      const ask = (what: 'opening' | 'trace' | 'preimage' | 'inclusion', index = 0n) =>
        court.demand(work.receipt, work.order, what, index);

      const opening = await ask('opening');
      await refused(ask('opening'), 'AlreadyRaised');
      const view = await court.demandOf(opening.demand);
      const { timestampSeconds } = await world().as(0).block(opening.block);
      const { demandSeconds } = await court.terms();
      assert.deepEqual(view, {
        ...{ demand: opening.demand, node: world().account(PROVIDER), statement: work.statement },
        ...{ demander: world().account(ACCUSER), what: 'opening', index: 0n, outcome: 'open' },
        ...{ until: timestampSeconds + demandSeconds, block: opening.block },
      });
      assert.deepEqual(await court.demands(), [view]);
      const wrong = { ...work.opening, fuel: 1n };
      const { message } = work.receipt;
      await refused(answers.answerOpening(opening.demand, message, wrong), 'EvidenceMismatch');
      assert.equal(await stakeOf(world(), PROVIDER), STAKE - 50n);
      await answers.answerOpening(opening.demand, message, work.opening);
      await refused(answers.answerOpening(opening.demand, message, work.opening), 'AlreadyRaised');
      assert.equal((await court.demandOf(opening.demand))?.outcome, 'acquitted');
      assert.equal(await owed(world(), PROVIDER), 5n);
      assert.equal(await stakeOf(world(), PROVIDER), STAKE);

      const preimage = await ask('preimage');
      await refused(ask('preimage', 2n), 'EvidenceMismatch');
      await refused(answers.answerPreimage(preimage.demand, message, Uint8Array.of(1)), 'EvidenceMismatch');
      await answers.answerPreimage(preimage.demand, message, PREIMAGE);

      const trace = await ask('trace', 1n);
      const { root, path, count } = work.claim(1);
      const answer = { opening: work.opening, count, root, path };
      await refused(
        answers.answerTrace(trace.demand, message, { ...answer, root: digest(1) }),
        'EvidenceMismatch',
      );
      await answers.answerTrace(trace.demand, message, answer);

      await refused(ask('inclusion'), 'NotNow');
      const placeOf = await anchorLog(world(), PROVIDER, [{ type: 'Receipt', digest: work.statement }]);
      await advanceTo(world(), Number(message.anchorBy) + 1);
      const inclusion = await ask('inclusion');
      await refused(
        answers.answerInclusion(inclusion.demand, message, { ...placeOf(0), leafSalt: digest(1) }),
        'EvidenceMismatch',
      );
      await answers.answerInclusion(inclusion.demand, message, placeOf(0));
      assert.equal(await owed(world(), PROVIDER), 20n);
      assert.deepEqual(whats(await court.timeline(inclusion.demand)), ['demanded', 'demand-met']);
    });
    it('asks for no private work but its place', async () => {
      const { court } = world().as(ACCUSER);
      const work = await workOf(world(), PROVIDER, { order: { grant: digest(1) } });
      await refused(court.demand(work.receipt, work.order, 'opening', 0n), 'EvidenceMismatch');
    });
    it('asks whether a head and an anchor are of one log', async () => {
      const { court, deployment } = world().as(ACCUSER);
      const leaves = [1, 2, 3, 4, 5].map(i => leafHash(Uint8Array.of(i)));
      const [short, long] = [treeOf(leaves.slice(0, 2)), treeOf(leaves)];
      await world().as(FIRST).nodes.anchor(5n, long.root);
      const { timestampSeconds } = await world().as(0).block('latest');
      const head = { node: world().account(FIRST), size: 2n, issuedAt: BigInt(timestampSeconds) };
      const message = { ...head, root: short.root };
      const signed = await signStatement('LogHead', message, deployment, world().signer(FIRST));
      const { demand } = await court.demandConsistency(signed, 0n);
      const path = consistencyProof(memorySubtrees(leaves), 2, 5).map(toHex);
      const answers = world().as(FIRST).court;
      await refused(answers.answerConsistency(demand, message, path.slice(1)), 'EvidenceMismatch');
      await answers.answerConsistency(demand, message, path);
      assert.equal((await court.demandOf(demand))?.outcome, 'acquitted');
    });
    it('convicts who stays silent', async () => {
      const { court } = world().as(ACCUSER);
      const work = await workOf(world(), PROVIDER);
      const { demand } = await court.demand(work.receipt, work.order, 'trace', 0n);
      const { message } = work.receipt;
      await refused(court.closeDemand(demand, message), 'NotNow');
      await advanceTo(world(), (await court.demandOf(demand))!.until);
      const { root, path, count } = work.claim(0);
      const answer = { opening: work.opening, count, root, path };
      await refused(world().as(PROVIDER).court.answerTrace(demand, message, answer), 'NotNow');
      const before = await owed(world(), ACCUSER);
      await world().as(SECOND).court.closeDemand(demand, message);
      await refused(court.closeDemand(demand, message), 'AlreadyRaised');
      assert.equal(await court.groundOf(work.statement), 'unavailability');
      assert.equal(await stakeOf(world(), PROVIDER), 0n);
      assert.equal((await owed(world(), ACCUSER)) - before, 5n + 6n);
      const conviction = (await court.convictions()).at(-1)!;
      assert.deepEqual([conviction.dispute, conviction.accuser], [demand, world().account(ACCUSER)]);
      await refused(court.closeDemand(digest(1), message), 'Unknown');
    });
  });

  group('auditors', world => {
    let work: Work;
    let place: Awaited<ReturnType<typeof anchorLog>>;
    const leaf = () => entryHash(logEntryTypes.Receipt, work.statement, place(0).leafSalt);
    const reportOf = async (draw: Hex, logIndex = 0n) => {
      const { timestampSeconds } = await world().as(0).block('latest');
      const message: AuditReport = {
        ...{ receipt: work.statement, auditor: world().account(FIRST) },
        ...{ execution: work.receipt.message.execution, verdict: 1, draw, logIndex },
        anchorBy: BigInt(timestampSeconds + 100),
      };
      return signStatement('AuditReport', message, world().as(0).deployment, world().signer(FIRST));
    };

    it('loses a little who is drawn and stays away', async () => {
      const { court } = world().as(ACCUSER);
      // All but certain to be drawn at once: nearly the whole stake.
      await world()
        .as(ACCUSER)
        .nodes.stake(world().account(FIRST), 10n ** 27n / 2n);
      work = await workOf(world(), PROVIDER, { seconds: 400 });
      place = await anchorLog(world(), PROVIDER, [{ type: 'Receipt', digest: work.statement }]);
      const demand = (auditor: number) =>
        court.demandReport(work.receipt, work.order, place(0), world().account(auditor));
      await refused(demand(FIRST), 'NotNow');
      await world().advance((await court.terms()).reportSeconds);
      await refused(demand(SECOND), 'NoContradiction');
      const asked = await demand(FIRST);
      const before = await stakeOf(world(), FIRST);
      await advanceTo(world(), (await court.demandOf(asked.demand))!.until);
      await court.closeDemand(asked.demand, work.receipt.message);
      assert.equal(await stakeOf(world(), FIRST), before);
      assert.equal(await owed(world(), ACCUSER), 5n + 6n);
      assert.equal(await court.groundOf(work.statement), undefined);
      const [conviction] = await court.convictions();
      assert.deepEqual(
        [conviction?.accused, conviction?.ground, conviction?.slashed],
        [world().account(FIRST), 'unavailability', 40n],
      );
    });
    it('keeps its stake who shows its report', async () => {
      const { court } = world().as(ACCUSER);
      work = await workOf(world(), PROVIDER, { receipt: { logIndex: 1n }, seconds: 400 });
      const earlier = { type: 'Receipt' as const, digest: digest(1) };
      const entry = { type: 'Receipt' as const, digest: work.statement };
      const placeOf = await anchorLog(world(), PROVIDER, [earlier, entry]);
      await world().advance((await court.terms()).reportSeconds);
      const place = placeOf(1, 1n);
      const { demand } = await court.demandReport(work.receipt, work.order, place, world().account(FIRST));
      const report = await reportOf(digest(1));
      const answers = world().as(FIRST).court;
      const other = await signStatement(
        'AuditReport',
        report.message,
        world().as(0).deployment,
        world().signer(SECOND),
      );
      await refused(answers.answerReport(demand, work.receipt.message, other), 'BadSignature');
      await answers.answerReport(demand, work.receipt.message, report);
      assert.equal((await court.demandOf(demand))?.outcome, 'acquitted');
    });
    it('is paid from the fund of the requester, when its order wins', async () => {
      const { audits, beacon, deployment } = world().as(ACCUSER);
      const koin = koinOf(world().as(0));
      assert.deepEqual(await audits.terms(), {
        ...{ ticketOdds: 1n, plantDeposit: 30n, maxK: 4 },
        ...{ refundSeconds: 2 * CHALLENGE_WINDOW_SECONDS, revealSeconds: CHALLENGE_WINDOW_SECONDS },
        reportSeconds: Math.floor(CHALLENGE_WINDOW_SECONDS / 7),
      });
      await audits.fund(koin, 25n);
      assert.equal(await audits.fundOf(world().account(ACCUSER), koin), 25n);
      work = await workOf(world(), PROVIDER, { receipt: { logIndex: 2n }, seconds: 400 });
      const entries = [digest(1), digest(2), work.statement].map(of => ({
        type: 'Receipt' as const,
        digest: of,
      }));
      const placeOf = await anchorLog(world(), PROVIDER, entries);
      place = () => placeOf(2, 2n);
      const anchor = (await world().as(0).nodes.anchors(world().account(PROVIDER))).at(-1)!;
      await world().advance(1);
      const receiptRound = BigInt(anchor.block + 1);
      const draw = drawId(await beacon.value(receiptRound), leaf());
      await beacon.record(receiptRound);
      const report = await reportOf(draw);
      const reportDigest = statementDigest('AuditReport', report.message, deployment);
      const reportPlace = await anchorLog(world(), FIRST, [{ type: 'AuditReport', digest: reportDigest }]);
      const ticket = {
        order: await signStatement('Order', work.order, deployment, world().signer(ACCUSER)),
        ...{ receipt: work.receipt, receiptPlace: place(0), report, reportPlace: reportPlace(0), k: 0 },
      };
      const { drawing, heldFrom } = await audits.drawingOf(work.order.expiresAt);
      await refused(audits.redeem(ticket), 'NotHeld');
      await refused(audits.hold(drawing), 'NotNow');
      assert.equal(await audits.roundOf(drawing), undefined);
      await advanceTo(world(), heldFrom);
      const { round, block } = await audits.hold(drawing);
      assert.equal(round, BigInt(block + 1));
      assert.equal(await audits.roundOf(drawing), round);
      assert.equal((await audits.hold(drawing)).round, round);
      await world().advance(1);
      const orderDigest = statementDigest('Order', work.order, deployment);
      assert.equal(await audits.wins(orderDigest, await beacon.value(round)), true);
      await refused(audits.redeem({ ...ticket, report: await reportOf(digest(1)) }), 'NotDrawn');
      await refused(audits.redeem({ ...ticket, k: 5 }), 'NotDrawn');
      await refused(audits.redeem({ ...ticket, reportPlace: place(0) }), 'AnchorGone');
      await refused(
        audits.redeem({ ...ticket, order: { ...ticket.order, signature: report.signature } }),
        'BadSignature',
      );
      const before = await balance(world(), world().account(FIRST));
      const { paid } = await audits.redeem(ticket);
      assert.equal(paid, 10n);
      assert.equal((await balance(world(), world().account(FIRST))) - before, 10n);
      assert.equal(await audits.paid(orderDigest), true);
      await refused(audits.redeem(ticket), 'AlreadyPaid');
    });
    it('lets a fund out after its delay', async () => {
      const { audits } = world().as(ACCUSER);
      const koin = koinOf(world().as(0));
      await refused(audits.requestRefund(koin, 16n), 'InsufficientFund');
      await audits.requestRefund(koin, 15n);
      assert.equal((await audits.leavingOf(world().account(ACCUSER), koin))?.amount, 15n);
      await refused(audits.refund(koin), 'NotNow');
      await world().advance(2 * CHALLENGE_WINDOW_SECONDS);
      const before = await balance(world(), world().account(ACCUSER));
      await audits.refund(koin);
      assert.equal((await balance(world(), world().account(ACCUSER))) - before, 15n);
      await refused(audits.refund(koin), 'ZeroAmount');
    });
  });

  group('planted faults', world => {
    it('cost their planter the costs alone', async () => {
      const { court } = world().as(ACCUSER);
      const { audits, deployment } = world().as(PROVIDER);
      await rich(world(), PROVIDER, STAKE);
      assert.equal(await audits.plantDepositOf(world().account(PROVIDER), 2), STAKE);
      const work = await workOf(world(), PROVIDER);
      const order = statementDigest('Order', work.order, deployment);
      const leaves = [order, digest(8)].map(of => leafHash(concatBytes(fromHex(of), fromHex(SALT))));
      const planted = treeOf(leaves);
      const { set } = await audits.commitPlants(planted.root, 2);
      assert.equal(await balance(world(), world().account(PROVIDER)), 0n);
      await refused(court.plead(work.receipt.message, 0n), 'EvidenceMismatch');
      const consent = await signStatement('Plant', { order }, deployment, world().signer(ACCUSER));
      const reveal = (index: bigint, by = consent) =>
        audits.revealPlant(set, work.order, by, SALT, { index, path: planted.path(0) });
      const forged = await signStatement('Plant', { order }, deployment, world().signer(PROVIDER));
      await refused(reveal(0n, forged), 'BadSignature');
      await refused(reveal(1n), 'EvidenceMismatch');
      await reveal(0n);
      await refused(reveal(0n), 'AlreadyRaised');
      assert.ok((await audits.plantedAt(world().account(PROVIDER), order))! > 0);
      assert.equal(await audits.plantedAt(world().account(PROVIDER), digest(1)), undefined);
      await refused(audits.closePlants(set), 'NotNow');
      const { committedAt: _, ...kept } = (await audits.plantSet(set))!;
      assert.deepEqual(kept, {
        ...{ provider: world().account(PROVIDER), count: 2, revealed: 1 },
        ...{ root: planted.root, deposit: STAKE },
      });

      await world().advance(2);
      await anchorLog(world(), PROVIDER, [{ type: 'Receipt', digest: work.statement }]);
      await world().as(SECOND).court.plead(work.receipt.message, 0n);
      assert.equal(await court.isPlanted(work.statement), true);
      const right = work.outcome(0, digest(0x99));
      const { dispute } = await court.accuse(
        work.receipt,
        work.order,
        work.opening,
        work.claim(0),
        court.sealOf(right, SALT),
      );
      const votes = [FIRST, SECOND, THIRD].map(juror => ({ juror, outcome: right }));
      const { juries } = await voted(world(), dispute, votes);
      await court.openSeal(dispute, right, SALT);
      await advanceTo(world(), juries[0]!.appealUntil);
      await court.resolve(dispute);
      await court.enforce(world().account(PROVIDER), dispute);
      assert.equal(await stakeOf(world(), PROVIDER), STAKE - 3n * 3n - 20n);
      assert.equal(await court.groundOf(work.statement), 'jury');
      await refused(audits.closePlants(digest(1)), 'Unknown');
      await world().advance(CHALLENGE_WINDOW_SECONDS);
      await audits.closePlants(set);
      await refused(audits.closePlants(set), 'AlreadyRaised');
      // One of the two was never revealed.
      assert.equal(await balance(world(), world().account(PROVIDER)), 0n);
    });
    it('are planted by nodes only', async () => {
      await refused(world().as(ACCUSER).audits.commitPlants(digest(1), 1), 'NotRegistered');
      assert.ok(PEER_ID);
    });
  });
}
