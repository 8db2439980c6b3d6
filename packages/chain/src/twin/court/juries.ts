import {
  type ExecutionOpening,
  fromHex,
  type Hex,
  jurySeats,
  jurySeed,
  leafHash,
  type Receipt,
  stepOutcomeDigest,
  ZERO_32,
} from '@koinon/protocol';
import { encodeAbiParameters, keccak256 } from 'viem/utils';
import type { Court, CourtOutcome, DisputeView, JuryView, StepClaim } from '../../court.ts';
import { lower } from '../../lower.ts';
import { refusal } from '../../transactions/revert.ts';
import type { ActionPlace } from '../ledger.ts';
import { rootFromInclusion } from '../rfc6962.ts';
import { type Bench, type Hearing, mismatch, requireOpening } from './bench.ts';

type Juries = Pick<
  Court,
  | 'accuse'
  | 'sealOf'
  | 'voteOf'
  | 'sealVote'
  | 'openVote'
  | 'openSeal'
  | 'appeal'
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
  /** KOIN held of the juror's stake until the vote is settled. */
  held: bigint;
  settled: boolean;
}

interface Round extends JuryView {
  votes: Map<Hex, Vote>;
  /** Seats by the outcome they voted for. */
  tally: Map<Hex, number>;
  bond: bigint;
}

interface State {
  view: Omit<DisputeView, 'juries'>;
  order: Hex;
  rounds: Round[];
  held: bigint;
  /** What jurors' fees are paid from, KOIN. */
  pool: bigint;
  totalStake: bigint;
}

const disputeFields = [{ type: 'bytes32' }] as const;
const sealFields = [{ type: 'bytes32' }, { type: 'bytes32' }] as const;
const voteFields = [
  ...[{ type: 'bytes32' }, { type: 'uint8' }, { type: 'address' }],
  ...[{ type: 'bytes32' }, { type: 'bytes32' }],
] as const;

export function disputeId(receipt: Hex): Hex {
  return keccak256(encodeAbiParameters(disputeFields, [receipt]));
}

/** keccak256(abi.encode(outcome, salt)). */
export function sealOf(outcome: Hex, salt: Hex): Hex {
  return keccak256(encodeAbiParameters(sealFields, [outcome, salt]));
}

/** keccak256(abi.encode(dispute, round, juror, outcome, salt)). */
export function voteOf(dispute: Hex, round: number, juror: Hex, outcome: Hex, salt: Hex): Hex {
  return keccak256(encodeAbiParameters(voteFields, [dispute, round, juror, outcome, salt]));
}

const FOREVER = 2n ** 256n - 1n;

/** Disputes about one step of a computation, and the juries that decide them. */
export function juryBook(bench: Bench): { of(account: Hex): Juries } {
  const { ledger, nodes, terms, check, digest, beacon, audits } = bench;
  const disputes = new Map<Hex, State>();

  function callJury(hearing: Hearing, state: State, seats: number): void {
    const { place } = hearing;
    const commitUntil = place.timestamp + terms.commitSeconds;
    const revealUntil = commitUntil + terms.revealSeconds;
    const appealUntil = revealUntil + terms.appealSeconds;
    const round = state.rounds.length;
    const beaconRound = beacon.roundAfter(place.block);
    state.rounds.push({
      ...{ round, beaconRound, commitUntil, revealUntil, appealUntil, seats },
      ...{ revealedSeats: 0, leading: ZERO_32, leadingSeats: 0, appellant: undefined },
      ...{ votes: new Map(), tally: new Map(), bond: 0n },
    });
    const numbers = { round, beaconRound, stakeBlock: state.view.stakeBlock, seats };
    const times = { commitUntil, revealUntil, appealUntil };
    bench.enter(hearing, {
      what: 'jury-called',
      id: state.view.dispute,
      details: texts({ ...numbers, ...times }),
    });
  }

  function stateOf(id: Hex, doing: string): State {
    const found = disputes.get(lower(id));
    if (found === undefined) throw refusal('Unknown', { id: lower(id) }, doing);
    return found;
  }

  function openState(id: Hex, doing: string): State {
    const state = stateOf(id, doing);
    if (state.view.outcome !== 'open') throw refusal('AlreadyRaised', { id: lower(id) }, doing);
    return state;
  }

  function seatsIn(state: State, round: Round, juror: Hex, atBlock: number, doing: string): number {
    const value = beacon.valueOf(round.beaconRound, atBlock, doing);
    const { dispute, stakeBlock } = state.view;
    const stake = nodes.stakeAt(juror, stakeBlock);
    return jurySeats(jurySeed(value, dispute, round.round), juror, stake, state.totalStake, round.seats);
  }

  function viewOf(state: State): DisputeView {
    const juries = state.rounds.map(({ votes: _, tally: __, bond: ___, ...view }) => view);
    return { ...state.view, juries };
  }

  const hasMajority = (round: Round) => 2 * round.leadingSeats > round.seats;

  function decide(hearing: Hearing, state: State): void {
    const { view, rounds } = state;
    const { receipt, accused, accuser, majority, dispute } = view;
    const bonds = rounds.reduce((sum, round) => sum + round.bond, 0n);
    const outcome: CourtOutcome =
      majority === undefined ? 'undecided' : majority === view.claimed ? 'acquitted' : 'convicted';
    view.outcome = outcome;
    bench.enter(hearing, {
      what: 'resolved',
      id: dispute,
      accused,
      details: { outcome, majority: majority ?? ZERO_32 },
    });
    state.pool = terms.accuseBond + bonds;
    if (outcome === 'convicted') {
      bench.find(receipt, 'jury');
      const isPlanted = audits.plantedAt(accused, state.order) !== undefined;
      if (isPlanted) nodes.unlock(accused, state.held);
      const slashed = isPlanted ? 0n : bench.slashAll(accused, state.held, hearing);
      state.held = 0n;
      state.pool += slashed;
      bench.enter(hearing, {
        what: 'convicted',
        id: dispute,
        who: accuser,
        accused,
        details: { accused, statement: receipt, ground: 'jury', slashed: String(slashed) },
      });
      const isHeard = view.opened === majority;
      const bounty = isHeard ? min(terms.bounty, slashed) : 0n;
      bench.owe(bench.koin, accuser, terms.accuseBond + bounty);
      state.pool -= terms.accuseBond + bounty;
    } else {
      nodes.unlock(accused, state.held);
      state.held = 0n;
      thaw(bench, receipt);
    }
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
          const dispute = disputeId(receipt);
          const mined = await ledger.run(account, options, (place, tell) => {
            if (!isSigned) throw refusal('BadSignature', { digest: receipt, signer: accused }, doing);
            if (lower(message.order) !== digest('Order', order)) throw mismatch('order', doing);
            const deadline = message.anchorBy + BigInt(terms.evidenceSeconds);
            if (BigInt(place.timestamp) >= deadline) throw refusal('TooOld', { deadline }, doing);
            if (disputes.has(dispute) || bench.ground(receipt) !== undefined)
              throw refusal('AlreadyRaised', { id: dispute }, doing);
            requireOpening(message.execution, opening, doing);
            requireStep(step, opening, doing);
            const { active, unstaking, locked } = nodes.stakeOf(accused);
            const held = min(terms.lien, active + unstaking - locked);
            bench.take(account, terms.accuseBond, doing);
            nodes.lock(accused, held, doing);
            freeze(bench, receipt, message, place);
            const stakeBlock = place.block - 1;
            const claimed = claimedOutcome(step, opening);
            const state: State = {
              view: {
                ...{ dispute, accused, accuser: account, receipt, step: step.index, claimed },
                ...{ seal: lower(seal), opened: undefined, stakeBlock, outcome: 'open' },
                ...{ majority: undefined, block: place.block },
              },
              order: lower(message.order),
              rounds: [],
              held,
              pool: 0n,
              totalStake: nodes.totalStakeAt(stakeBlock),
            };
            disputes.set(dispute, state);
            const hearing = { place, tell };
            bench.enter(hearing, {
              what: 'accused',
              id: dispute,
              who: account,
              accused,
              details: { accused, receipt, step: String(step.index), claimed },
            });
            callJury(hearing, state, terms.jurySeats);
          });
          return { ...mined, dispute };
        },
        sealVote: (id, vote, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'the sealed vote';
            const state = openState(id, doing);
            const round = state.rounds.at(-1)!;
            if (place.timestamp >= round.commitUntil)
              throw refusal('NotNow', { from: 0, until: round.commitUntil }, doing);
            if (round.votes.has(account)) throw refusal('AlreadyRaised', { id: lower(id) }, doing);
            const seats = seatsIn(state, round, account, place.block, doing);
            if (seats === 0) throw refusal('NotAuthorized', { caller: account, expected: account }, doing);
            const held = terms.jurorPenalty * BigInt(seats);
            nodes.lock(account, held, doing);
            round.votes.set(account, {
              ...{ sealed: lower(vote), outcome: undefined, seats, held, settled: false },
            });
            bench.enter(
              { place, tell },
              { what: 'vote-sealed', id: lower(id), who: account, details: texts({ round: round.round }) },
            );
          }),
        openVote: (id, outcome, salt, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'opening the vote';
            const state = openState(id, doing);
            const round = state.rounds.at(-1)!;
            const { commitUntil, revealUntil } = round;
            if (place.timestamp < commitUntil || place.timestamp >= revealUntil)
              throw refusal('NotNow', { from: commitUntil, until: revealUntil }, doing);
            const vote = round.votes.get(account);
            if (vote?.sealed !== voteOf(lower(id), round.round, account, outcome, salt))
              throw mismatch('vote', doing);
            if (vote.outcome !== undefined) throw refusal('AlreadyRaised', { id: lower(id) }, doing);
            vote.outcome = lower(outcome);
            const seats = (round.tally.get(vote.outcome) ?? 0) + vote.seats;
            round.tally.set(vote.outcome, seats);
            round.revealedSeats += vote.seats;
            if (seats > round.leadingSeats) {
              round.leadingSeats = seats;
              round.leading = vote.outcome;
            }
            bench.enter(
              { place, tell },
              {
                what: 'vote-opened',
                id: lower(id),
                who: account,
                details: texts({ round: round.round, outcome: vote.outcome, seats: vote.seats }),
              },
            );
          }),
        openSeal: (id, outcome, salt, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'opening the seal';
            const { view, rounds } = openState(id, doing);
            const first = rounds[0]!;
            if (place.timestamp < first.commitUntil)
              throw refusal('NotNow', { from: first.commitUntil, until: FOREVER }, doing);
            if (view.opened !== undefined) throw refusal('AlreadyRaised', { id: lower(id) }, doing);
            if (sealOf(outcome, salt) !== view.seal) throw mismatch('seal', doing);
            view.opened = lower(outcome);
            bench.enter(
              { place, tell },
              { what: 'seal-opened', id: lower(id), who: view.accuser, details: { outcome: view.opened } },
            );
          }),
        appeal: (id, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'the appeal';
            const state = openState(id, doing);
            const round = state.rounds.at(-1)!;
            const { revealUntil, appealUntil, seats } = round;
            const isLast = state.rounds.length >= terms.maxRounds;
            if (isLast || place.timestamp < revealUntil || place.timestamp >= appealUntil)
              throw refusal('NotNow', { from: revealUntil, until: appealUntil }, doing);
            const next = 2 * seats + 1;
            const bond = terms.jurorFee * BigInt(next);
            bench.take(account, bond, doing);
            round.appellant = account;
            if (hasMajority(round)) state.view.majority = round.leading;
            const hearing = { place, tell };
            bench.enter(hearing, {
              what: 'appealed',
              id: lower(id),
              who: account,
              details: texts({ round: round.round }),
            });
            callJury(hearing, state, next);
            state.rounds.at(-1)!.bond = bond;
          }),
        resolve: (id, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'resolving the dispute';
            const state = openState(id, doing);
            const round = state.rounds.at(-1)!;
            const isLast = state.rounds.length >= terms.maxRounds;
            const due = hasMajority(round) && !isLast ? round.appealUntil : round.revealUntil;
            if (place.timestamp < due) throw refusal('NotNow', { from: due, until: FOREVER }, doing);
            const hearing = { place, tell };
            if (hasMajority(round)) state.view.majority = round.leading;
            else if (!isLast) return callJury(hearing, state, 2 * round.seats + 1);
            decide(hearing, state);
          }),
        settleVote: (id, number, given, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'settling the vote';
            const juror = lower(given);
            const state = stateOf(id, doing);
            const { outcome, majority } = state.view;
            const vote = state.rounds[number]?.votes.get(juror);
            if (vote === undefined || outcome === 'open') throw refusal('Unknown', { id: lower(id) }, doing);
            if (vote.settled) throw refusal('AlreadyRaised', { id: lower(id) }, doing);
            vote.settled = true;
            const isRight =
              vote.outcome !== undefined && (majority === undefined || vote.outcome === majority);
            const reward = isRight ? min(terms.jurorFee * BigInt(vote.seats), state.pool) : 0n;
            const penalty = isRight ? 0n : vote.held;
            if (isRight) nodes.unlock(juror, vote.held);
            else nodes.slash(juror, penalty, bench.address, place, tell);
            state.pool -= reward;
            bench.owe(bench.koin, juror, reward);
            bench.burn(penalty);
            bench.enter(
              { place, tell },
              {
                what: 'vote-settled',
                id: lower(id),
                who: juror,
                details: texts({ round: number, reward, penalty }),
              },
            );
          }),
        async seats(id, number, juror) {
          const state = stateOf(id, 'to answer seatsOf');
          const round = state.rounds[number];
          if (round === undefined) return 0;
          const head = ledger.head().number;
          if (BigInt(head) < round.beaconRound) return undefined;
          return seatsIn(state, round, lower(juror), head + 1, 'to answer seatsOf');
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

/** Binds the claim's numbers as far as the paths do: leftmost, next to each other, rightmost. */
function requireStep(step: StepClaim, { trace }: ExecutionOpening, doing: string): void {
  const { index, count, previousRoot, previousPath, root, path } = step;
  const leaf = leafHash(fromHex(root));
  if (rootFromInclusion(leaf, { index, size: count, path }, doing) !== lower(trace))
    throw mismatch('step', doing);
  if (index === 0n) {
    if (lower(previousRoot) !== ZERO_32 || previousPath.length !== 0) throw mismatch('previous step', doing);
    return;
  }
  const before = leafHash(fromHex(previousRoot));
  const at = { index: index - 1n, size: count, path: previousPath };
  if (rootFromInclusion(before, at, doing) !== lower(trace)) throw mismatch('previous step', doing);
}

function claimedOutcome({ index, count, root }: StepClaim, opening: ExecutionOpening): Hex {
  const { exitCode, fuel, rawOutput } = opening;
  const isLast = index === count - 1n;
  return stepOutcomeDigest({ stateRoot: root, ...(isLast ? { end: { exitCode, fuel, rawOutput } } : {}) });
}

/** The receipt's amount of what its provider has maturing goes into the court's keeping. */
function freeze(bench: Bench, statement: Hex, receipt: Receipt, { timestamp }: ActionPlace): void {
  const [token, payee] = [lower(receipt.token), lower(receipt.provider)];
  const amount = bench.escrow.slash(token, payee, receipt.amount, bench.address, timestamp);
  bench.frozen.set(statement, { token, payee, amount });
}

/** An honest provider gets back what was frozen. */
function thaw(bench: Bench, statement: Hex): void {
  const { token, payee, amount } = bench.frozen.get(statement)!;
  bench.owe(token, payee, amount);
  bench.frozen.delete(statement);
}

const min = (a: bigint, b: bigint) => (a < b ? a : b);

function texts(values: Record<string, string | number | bigint>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}
