import {
  type ExecutionOpening,
  fromHex,
  type Hex,
  jurySeats,
  jurySeed,
  leafHash,
  stepOutcomeDigest,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { refusal } from '../../evm/transactions/revert.ts';
import { lower } from '../../lower.ts';
import type { Court, CourtOutcome, DisputeView, JuryView, StepClaim } from '../../port/court.ts';
import { disputeIdOf, sealOf, voteOf } from '../../port/courtIds.ts';
import { rootFromInclusion } from '../rfc6962.ts';
import { type Bench, type Costs, type Hearing, mismatch, requireOpening, texts } from './bench.ts';

type Juries = Pick<
  Court,
  | 'accuse'
  | 'sealOf'
  | 'voteOf'
  | 'sealVote'
  | 'openVote'
  | 'openSeal'
  | 'appeal'
  | 'appealBond'
  | 'resolve'
  | 'settleVote'
  | 'seats'
  | 'voteState'
  | 'dispute'
  | 'disputes'
>;

interface Vote {
  sealed: Hex;
  outcome: Hex | undefined;
  seats: number;
  settled: boolean;
}

interface Round extends JuryView {
  votes: Map<Hex, Vote>;
  /** Seats by the outcome they voted for. */
  tally: Map<Hex, number>;
  /** Of whoever appealed against it, KOIN. */
  bond: bigint;
}

interface State {
  view: Omit<DisputeView, 'juries'>;
  rounds: Round[];
  /** Stake that counts: all but that of accused and accuser. */
  total: bigint;
  costs: Costs;
}

const FOREVER = 2n ** 256n - 1n;
const min = (a: bigint, b: bigint) => (a < b ? a : b);

/** Disputes about one step of a computation, decided by staked nodes drawn by lot (Juries.sol). */
export function juryBook(bench: Bench): { of(account: Hex): Juries } {
  const { ledger, nodes, terms, check, digest, beacon } = bench;
  const disputes = new Map<Hex, State>();

  function callJury(hearing: Hearing, { view, rounds }: State, seats: number): void {
    const { place } = hearing;
    const commitUntil = place.timestamp + terms.commitSeconds;
    const revealUntil = commitUntil + terms.revealSeconds;
    const appealUntil = revealUntil + terms.appealSeconds;
    const round = rounds.length;
    const beaconRound = beacon.roundAfter(place.block);
    rounds.push({
      ...{ round, beaconRound, commitUntil, revealUntil, appealUntil, seats },
      ...{ revealedSeats: 0, leading: ZERO_32, leadingSeats: 0, appellant: undefined },
      ...{ votes: new Map(), tally: new Map(), bond: 0n },
    });
    const { stakeBlock, dispute } = view;
    const times = { commitUntil, revealUntil, appealUntil };
    const details = texts({ round, beaconRound, stakeBlock, seats, ...times });
    bench.enter(hearing, { what: 'jury-called', id: dispute, details });
  }

  function known(id: Hex, doing: string): State {
    const found = disputes.get(lower(id));
    if (found === undefined) throw refusal('Unknown', { id: lower(id) }, doing);
    return found;
  }

  function seatsIn(state: State, round: Round, juror: Hex, atBlock: number, doing: string): number {
    const value = beacon.valueOf(round.beaconRound, atBlock, doing);
    const { dispute, stakeBlock, accused, accuser } = state.view;
    if (juror === accused || juror === accuser || state.total === 0n) return 0;
    const stake = nodes.stakeAt(juror, stakeBlock);
    return jurySeats(jurySeed(value, dispute, round.round), juror, stake, state.total, round.seats);
  }

  function countingStake(accused: Hex, accuser: Hex, block: number): bigint {
    const others = nodes.totalStakeAt(block) - nodes.stakeAt(accused, block);
    return accuser === accused ? others : others - nodes.stakeAt(accuser, block);
  }

  const viewOf = (state: State): DisputeView => ({
    ...state.view,
    juries: state.rounds.map(({ votes: _, tally: __, bond: ___, ...view }) => view),
  });

  const hasMajority = ({ revealedSeats, leadingSeats, seats }: Round) =>
    revealedSeats * 2 >= seats && leadingSeats * 2 > revealedSeats;

  function decide(hearing: Hearing, state: State): void {
    const { view, rounds, costs } = state;
    const { majority, dispute, accused, receipt } = view;
    const outcome: CourtOutcome =
      majority === undefined ? 'undecided' : majority === view.claimed ? 'acquitted' : 'convicted';
    view.outcome = outcome;
    const winning = rounds.reduce(
      (sum, round) => sum + (majority === undefined ? round.revealedSeats : (round.tally.get(majority) ?? 0)),
      0,
    );
    const due = BigInt(winning) * terms.jurorFee;
    const lost = settleAppeals(state);
    if (majority !== undefined && outcome === 'convicted') convict(hearing, state, majority, winning, lost);
    else {
      let pool = terms.accuseBond + lost;
      if (outcome === 'acquitted') {
        pool -= terms.compensation;
        bench.owe(accused, terms.compensation);
      }
      const paid = min(due, pool);
      if (winning > 0) costs.reward = paid / BigInt(winning);
      if (outcome === 'acquitted') bench.burnLater(pool - paid);
      else bench.owe(view.accuser, pool - paid);
    }
    bench.leaveCase(hearing, receipt, accused);
    const details = { outcome, majority: majority ?? ZERO_32 };
    bench.enter(hearing, { what: 'resolved', id: dispute, accused, details });
  }

  /** Gives the bond of every appeal back that the end bore out; answers the others' sum. */
  function settleAppeals({ view, rounds }: State): bigint {
    let lost = 0n;
    for (const { appellant, leading, bond } of rounds) {
      if (appellant === undefined) continue;
      const wasAcquitted = leading === view.claimed;
      if (wasAcquitted === (view.outcome === 'acquitted')) lost += bond;
      else bench.owe(appellant, bond);
    }
    return lost;
  }

  /** The jury is paid from lost appeals and from a quarter of the stake, before the bounty. */
  function convict(hearing: Hearing, state: State, majority: Hex, seats: number, lost: bigint): void {
    const due = BigInt(seats) * terms.jurorFee;
    const { accused, accuser, receipt, dispute, opened } = state.view;
    // Whoever accused without knowing the answer did no work.
    const bountyTo = opened === majority ? accuser : ZERO_ADDRESS;
    let amount: bigint;
    if (bench.planted.has(receipt)) {
      bench.find(receipt, 'jury');
      const lien = bench.takeLien(receipt);
      amount = min(lien, due + (bountyTo === ZERO_ADDRESS ? 0n : terms.bounty));
      bench.lift(hearing, accused, lien - amount, bench.caseOf(receipt).at);
      bench.sentence(accused, dispute, amount, bountyTo);
      bench.enter(hearing, {
        what: 'convicted',
        id: dispute,
        who: accuser,
        accused,
        details: texts({ accused, statement: receipt, ground: 'jury', slashed: amount }),
      });
    } else {
      const ground = 'jury';
      const it = { accused, statement: receipt, dispute, ground, accuser, bountyTo } as const;
      amount = bench.convict(hearing, it);
    }
    if (amount === 0n) bench.owe(accuser, terms.accuseBond);
    const most = bench.payable(receipt, amount);
    const fromBonds = min(lost, due);
    const fromStake = min(due - fromBonds, most);
    state.costs.fees = fromStake;
    state.costs.reward = seats === 0 ? 0n : (fromBonds + fromStake) / BigInt(seats);
    bench.burnLater(lost - fromBonds);
  }

  return {
    of(account) {
      return {
        sealOf,
        voteOf,
        async accuse({ message, signature }, order, opening, step, seal, options) {
          const doing = 'the accusation';
          const receipt = digest('Receipt', message);
          const accused = lower(message.provider);
          const isSigned = await check(receipt, signature, accused);
          const { result, ...mined } = await ledger.run(account, options, (place, tell) => {
            bench.requireSigned(isSigned, receipt, accused, doing);
            // What was convicted on another ground can still be refuted.
            if (bench.refuted.has(receipt)) throw refusal('AlreadyRaised', { id: receipt }, doing);
            if (lower(message.order) !== digest('Order', order)) throw mismatch('order', doing);
            requireOpening(message.execution, opening, doing);
            const claimed = claimedOutcome(step, opening, doing);
            const previousRoot = lower(step.previousRoot);
            const dispute = disputeIdOf(receipt, previousRoot, claimed);
            if (disputes.has(dispute)) throw refusal('AlreadyRaised', { id: dispute }, doing);
            bench.take(account, terms.accuseBond, doing);
            bench.enterCase(receipt, accused, place);
            bench.freeze(receipt, message, place);
            const stakeBlock = place.block - 1;
            const state: State = {
              view: {
                ...{ dispute, accused, accuser: account, receipt, step: step.index, claimed, previousRoot },
                ...{ seal: lower(seal), opened: undefined, stakeBlock, outcome: 'open' },
                ...{ majority: undefined, block: place.block },
              },
              rounds: [],
              total: countingStake(accused, account, stakeBlock),
              costs: { receipt, accuser: account, fees: 0n, reward: 0n },
            };
            disputes.set(dispute, state);
            bench.costs.set(dispute, state.costs);
            const hearing = { place, tell, by: account };
            const details = texts({ accused, receipt, step: step.index, claimed, previousRoot });
            bench.enter(hearing, { what: 'accused', id: dispute, who: account, accused, details });
            callJury(hearing, state, terms.jurySeats);
            return dispute;
          });
          return { ...mined, dispute: result };
        },
        sealVote: (id, vote, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'the sealed vote';
            const { view, rounds } = known(id, doing);
            const { commitUntil, votes, round } = rounds.at(-1)!;
            if (view.outcome !== 'open' || place.timestamp >= commitUntil)
              throw refusal('NotNow', { from: 0, until: commitUntil }, doing);
            if (votes.has(account)) throw refusal('AlreadyRaised', { id: view.dispute }, doing);
            votes.set(account, { sealed: lower(vote), outcome: undefined, seats: 0, settled: false });
            const fact = { id: view.dispute, who: account, details: texts({ round }) };
            bench.enter({ place, tell, by: account }, { what: 'vote-sealed', ...fact });
          }),
        openVote: (id, given, salt, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'opening the vote';
            const state = known(id, doing);
            const { dispute } = state.view;
            const jury = state.rounds.at(-1)!;
            const { commitUntil, revealUntil, round } = jury;
            const { timestamp } = place;
            if (state.view.outcome !== 'open' || timestamp < commitUntil || timestamp >= revealUntil)
              throw refusal('NotNow', { from: commitUntil, until: revealUntil }, doing);
            const vote = jury.votes.get(account);
            const isSealed = vote !== undefined && vote.outcome === undefined;
            if (!isSealed || vote.sealed !== voteOf(dispute, round, account, given, salt))
              throw mismatch('vote', doing);
            const seats = seatsIn(state, jury, account, place.block, doing);
            const outcome = lower(given);
            if (seats === 0 || outcome === ZERO_32)
              throw refusal('NotAuthorized', { caller: account, expected: ZERO_ADDRESS }, doing);
            vote.outcome = outcome;
            vote.seats = seats;
            const sum = (jury.tally.get(outcome) ?? 0) + seats;
            jury.tally.set(outcome, sum);
            jury.revealedSeats += seats;
            if (sum > jury.leadingSeats) {
              jury.leadingSeats = sum;
              jury.leading = outcome;
            }
            const fact = { id: dispute, who: account, details: texts({ round, outcome, seats }) };
            bench.enter({ place, tell, by: account }, { what: 'vote-opened', ...fact });
          }),
        openSeal: (id, outcome, salt, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'opening the seal';
            const { view, rounds } = known(id, doing);
            const from = rounds.at(-1)!.commitUntil;
            if (view.outcome !== 'open' || place.timestamp < from)
              throw refusal('NotNow', { from, until: FOREVER }, doing);
            if (view.opened !== undefined) throw refusal('AlreadyRaised', { id: view.dispute }, doing);
            if (lower(outcome) === ZERO_32 || sealOf(outcome, salt) !== view.seal)
              throw mismatch('seal', doing);
            view.opened = lower(outcome);
            const fact = { id: view.dispute, who: view.accuser, details: { outcome: view.opened } };
            bench.enter({ place, tell, by: account }, { what: 'seal-opened', ...fact });
          }),
        appeal: (id, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'the appeal';
            const state = known(id, doing);
            const { view, rounds } = state;
            const jury = rounds.at(-1)!;
            const { revealUntil, appealUntil, seats, round } = jury;
            const isInTime = place.timestamp >= revealUntil && place.timestamp < appealUntil;
            const mayBe = view.outcome === 'open' && rounds.length < terms.maxRounds && hasMajority(jury);
            if (!isInTime || !mayBe)
              throw refusal('NotNow', { from: revealUntil, until: appealUntil }, doing);
            const bond = terms.jurorFee * BigInt(2 * seats + 1);
            bench.take(account, bond, doing);
            jury.appellant = account;
            jury.bond = bond;
            view.majority = jury.leading;
            const hearing = { place, tell, by: account };
            const fact = { id: view.dispute, who: account, details: texts({ round }) };
            bench.enter(hearing, { what: 'appealed', ...fact });
            callJury(hearing, state, 2 * seats + 1);
          }),
        async appealBond(id) {
          const seats = disputes.get(lower(id))?.rounds.at(-1)?.seats ?? 0;
          return terms.jurorFee * BigInt(2 * seats + 1);
        },
        resolve: (id, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'resolving the dispute';
            const state = known(id, doing);
            const { view, rounds } = state;
            if (view.outcome !== 'open') throw refusal('AlreadyRaised', { id: view.dispute }, doing);
            const jury = rounds.at(-1)!;
            const isLast = rounds.length >= terms.maxRounds;
            const from = hasMajority(jury) && !isLast ? jury.appealUntil : jury.revealUntil;
            if (place.timestamp < from) throw refusal('NotNow', { from, until: FOREVER }, doing);
            const hearing = { place, tell, by: account };
            if (hasMajority(jury)) view.majority = jury.leading;
            else if (!isLast) return callJury(hearing, state, 2 * jury.seats + 1);
            decide(hearing, state);
          }),
        settleVote: (id, round, given, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'settling the vote';
            const juror = lower(given);
            const state = known(id, doing);
            const { outcome, majority, accused, dispute } = state.view;
            if (outcome === 'open') throw refusal('NotNow', { from: FOREVER, until: FOREVER }, doing);
            const jury = state.rounds[round];
            const vote = jury?.votes.get(juror);
            if (jury === undefined || vote === undefined || vote.settled)
              throw refusal('AlreadyRaised', { id: dispute }, doing);
            vote.settled = true;
            const hearing = { place, tell, by: account };
            bench.enforce(hearing, accused, dispute);
            let reward = 0n;
            let penalty = 0n;
            if (vote.outcome === undefined) {
              const isKnown = jury.beaconRound < BigInt(place.block);
              const seats = isKnown ? seatsIn(state, jury, juror, place.block, doing) : 0;
              penalty = bench.fine(juror, BigInt(seats) * terms.jurorPenalty, hearing);
            } else if (outcome === 'undecided' || vote.outcome === majority) {
              reward = BigInt(vote.seats) * state.costs.reward;
              bench.owe(juror, reward);
            } else penalty = bench.fine(juror, BigInt(vote.seats) * terms.jurorPenalty, hearing);
            const fact = { id: dispute, who: juror, details: texts({ round, reward, penalty }) };
            bench.enter(hearing, { what: 'vote-settled', ...fact });
          }),
        async seats(id, number, juror) {
          const doing = 'to answer seatsOf';
          const state = known(id, doing);
          const round = state.rounds[number];
          const head = ledger.head().number;
          if (round === undefined || BigInt(head) < round.beaconRound) return undefined;
          return seatsIn(state, round, lower(juror), head + 1, doing);
        },
        async voteState(id, round, juror) {
          const vote = disputes.get(lower(id))?.rounds[round]?.votes.get(lower(juror));
          if (vote === undefined) return 'none';
          return vote.settled ? 'settled' : vote.outcome === undefined ? 'sealed' : 'opened';
        },
        async dispute(id) {
          const state = disputes.get(lower(id));
          return state && viewOf(state);
        },
        disputes: async () => bench.book.disputes.map(id => viewOf(disputes.get(id)!)),
      };
    },
  };
}

/** The outcome that the receipt's commitments imply for a step, once its roots are bound to the trace. */
function claimedOutcome(step: StepClaim, opening: ExecutionOpening, doing: string): Hex {
  const { index, count, previousRoot, previousPath, root, path } = step;
  const traceOf = (state: Hex, at: bigint, way: Hex[]) =>
    rootFromInclusion(leafHash(fromHex(state)), { index: at, size: count, path: way }, doing);
  const isPreviousRight =
    index === 0n
      ? lower(previousRoot) === ZERO_32 && previousPath.length === 0
      : traceOf(previousRoot, index - 1n, previousPath) === lower(opening.trace);
  if (!isPreviousRight) throw mismatch('previous step', doing);
  if (traceOf(root, index, path) !== lower(opening.trace)) throw mismatch('step', doing);
  const { exitCode, fuel, rawOutput } = opening;
  const isLast = index + 1n === count;
  return stepOutcomeDigest({ stateRoot: root, ...(isLast ? { end: { exitCode, fuel, rawOutput } } : {}) });
}
