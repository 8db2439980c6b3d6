import { type Hex, type Receipt, toHex, ZERO_32, ZERO_ADDRESS } from '@koinon/protocol';
import type { ContractFunctionName } from 'viem';
import { lower } from '../../lower.ts';
import type { Court, CourtFact, CourtTerms, DemandView, DisputeView, JuryView } from '../../port/court.ts';
import { sealOf, voteOf } from '../../port/courtIds.ts';
import type { WriteOptions } from '../../port/transaction.ts';
import type { Abis } from '../contracts/deployed.ts';
import { badAnswer } from '../rpc/quantity.ts';
import { refusalOf } from '../transactions/revert.ts';
import { encodeAnswer } from './answers.ts';
import { demandedKinds, grounds, outcomes, voteStates } from './courtEnums.ts';
import { readCourtTerms } from './courtTerms.ts';
import { eachOf } from './eachOf.ts';
import type { CallParts } from './parts.ts';
import { compactSignature } from './permit.ts';

type CourtParts = Pick<CallParts, 'contracts' | 'on' | 'index' | 'allow' | 'block'>;
type CourtChange = ContractFunctionName<Abis['court'], 'nonpayable'>;
type CourtFactOf = Omit<CourtFact, 'timeSeconds'>;

/** Where no receipt is looked at. */
const noReceipt: Receipt = {
  ...{ manifest: ZERO_32, order: ZERO_32, provider: ZERO_ADDRESS, execution: ZERO_32, output: ZERO_32 },
  ...{ verdict: ZERO_32, token: ZERO_ADDRESS, amount: 0n, logIndex: 0n, anchorBy: 0n },
};

/** Undefined where the court knows nothing under that id. */
async function unlessUnknown<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (refusalOf(error) === 'Unknown') return undefined;
    throw error;
  }
}

/** The court on an EVM chain. Bonds are approved as they are needed, and no more than that. */
export function evmCourt({ contracts, on, index, allow, block }: CourtParts): Court {
  const { address } = on.court;
  const koin = on.token.address;
  const times = new Map<string, number>();
  let known: Promise<CourtTerms> | undefined;

  function terms(): Promise<CourtTerms> {
    const asked = known ?? readCourtTerms({ contracts, on });
    known = asked;
    asked.catch(() => {
      known = undefined;
    });
    return asked;
  }

  /** Sends `call` with `bond` base units of KOIN for the court to take. */
  async function bonded<T>(
    bond: bigint | Promise<bigint>,
    options: WriteOptions | undefined,
    call: () => Promise<T>,
  ): Promise<T> {
    return allow(koin, address, await bond, options, call);
  }

  const answer = async (id: Hex, receipt: Receipt, bytes: Hex, options?: WriteOptions) => {
    const doing = 'the answer to a demand';
    return (await contracts.write(on.court, 'answer', [id, receipt, bytes], { doing, ...options })).mined;
  };

  async function demanded(
    name: 'demand' | 'demandConsistency' | 'demandReport',
    args: readonly unknown[],
    doing: string,
    options?: WriteOptions,
  ) {
    const bond = terms().then(({ demandBond }) => demandBond);
    return bonded(bond, options, async () => {
      const sent = await contracts.write(on.court, name, args as never, { doing, ...options });
      const made = sent.emitted(on.court, 'DemandMade')[0];
      if (made === undefined) throw badAnswer('a demand without its event');
      return { ...sent.mined, demand: made.demand };
    });
  }

  async function juryOf(dispute: Hex, round: number): Promise<JuryView> {
    const jury = await contracts.read(on.court, 'juryOf', [dispute, round]);
    const appellant = lower(jury.appellant);
    return { ...jury, round, appellant: appellant === ZERO_ADDRESS ? undefined : appellant };
  }

  async function disputeView(id: Hex, opened: CourtFactOf | undefined): Promise<DisputeView | undefined> {
    if (opened === undefined) return undefined;
    const it = await unlessUnknown(contracts.read(on.court, 'disputeOf', [id]));
    if (it === undefined) return undefined;
    const juries = await eachOf(
      Array.from({ length: it.round + 1 }, (_, round) => round),
      round => juryOf(id, round),
    );
    return {
      dispute: id,
      accused: lower(it.accused),
      accuser: lower(it.accuser),
      receipt: it.receipt,
      step: BigInt(opened.details['step'] ?? 0),
      claimed: it.claimed,
      previousRoot: opened.details['previousRoot'] as Hex,
      seal: it.sealed_,
      opened: it.opened === ZERO_32 ? undefined : it.opened,
      stakeBlock: it.stakeBlock,
      outcome: outcomes[it.outcome] ?? 'open',
      majority: it.majority === ZERO_32 ? undefined : it.majority,
      juries,
      block: opened.block,
    };
  }

  async function demandView(id: Hex, made: CourtFactOf | undefined): Promise<DemandView | undefined> {
    if (made === undefined) return undefined;
    const [node, demander, until, what, outcome] = await contracts.read(on.court, 'demandOf', [id]);
    if (until === 0) return undefined;
    return {
      demand: id,
      node: lower(node),
      statement: made.details['statement'] as Hex,
      demander: lower(demander),
      what: demandedKinds[what] ?? 'inclusion',
      index: BigInt(made.details['index'] ?? 0),
      until,
      outcome: outcomes[outcome] ?? 'open',
      block: made.block,
    };
  }

  async function timeOf(fact: CourtFactOf): Promise<number> {
    // The index drops a fact whose block left the chain, and its transaction comes back in another one.
    const key = `${fact.block}:${fact.transaction}`;
    const seen = times.get(key);
    if (seen !== undefined) return seen;
    const { timestampSeconds } = await block(fact.block);
    times.set(key, timestampSeconds);
    return timestampSeconds;
  }

  const write = async (name: CourtChange, args: readonly unknown[], doing: string, options?: WriteOptions) =>
    (await contracts.write(on.court, name, args as never, { doing, ...options })).mined;

  return {
    address,
    terms,

    accuseReceipts: (a, b, options) =>
      write(
        'accuseReceipts',
        [a, b].flatMap(({ receipt, opening }) => [
          receipt.message,
          compactSignature(receipt.signature),
          opening,
        ]),
        'the accusation of two receipts',
        options,
      ),
    accuseOmittedReceipt: ({ message, signature }, options) =>
      write(
        'accuseOmittedReceipt',
        [message, compactSignature(signature)],
        'the accusation of omitting a receipt',
        options,
      ),
    accuseOmittedReport: ({ message, signature }, options) =>
      write(
        'accuseOmittedReport',
        [message, compactSignature(signature)],
        'the accusation of omitting a report',
        options,
      ),
    accuseMisplacedReceipt: ({ message, signature }, { entryType, digest, place }, options) =>
      write(
        'accuseMisplacedReceipt',
        [message, compactSignature(signature), entryType, digest, place],
        'the accusation of misplacing a receipt',
        options,
      ),
    accuseHeads: (a, b, options) =>
      write(
        'accuseHeads',
        [a.message, compactSignature(a.signature), b.message, compactSignature(b.signature)],
        'the accusation of two log heads',
        options,
      ),
    accuseHead: ({ message, signature }, anchorIndex, options) =>
      write(
        'accuseHead',
        [message, compactSignature(signature), anchorIndex],
        'the accusation of a log head',
        options,
      ),
    accuseReport: ({ message, signature }, receipt, options) =>
      write(
        'accuseReport',
        [message, compactSignature(signature), receipt],
        'the accusation of a report',
        options,
      ),
    accuseByArithmetic: ({ message, signature }, opening, evidence, options) =>
      write(
        'accuseByArithmetic',
        [message, compactSignature(signature), opening, evidence],
        'the accusation by arithmetic',
        options,
      ),

    enforce: (accused, id, options) => write('enforce', [accused, id], 'enforcing the conviction', options),
    async sentenceOf(accused, id) {
      const [amount, bountyTo] = await contracts.read(on.court, 'sentenceOf', [accused, id]);
      return amount === 0n ? undefined : { amount, bountyTo: lower(bountyTo) };
    },
    plead: (receipt, anchorIndex, options) => write('plead', [receipt, anchorIndex], 'the plea', options),
    isPlanted: receipt => contracts.read(on.court, 'isPlanted', [receipt]),
    isRefuted: receipt => contracts.read(on.court, 'isRefuted', [receipt]),
    async caseOf(receipt) {
      const [lien, frozen, open, at] = await contracts.read(on.court, 'caseOf', [receipt]);
      return { lien, frozen, open: Number(open), at: at === 0 ? undefined : at };
    },

    demand: ({ message, signature }, order, what, at, options) => {
      const args = [message, compactSignature(signature), order, demandedKinds.indexOf(what), at];
      return demanded('demand', args, 'the demand', options);
    },
    demandConsistency: ({ message, signature }, anchorIndex, options) => {
      const args = [message, compactSignature(signature), anchorIndex];
      return demanded('demandConsistency', args, 'the demand for consistency', options);
    },
    demandReport: ({ message, signature }, order, place, auditor, options) => {
      const args = [message, compactSignature(signature), order, place, auditor];
      return demanded('demandReport', args, 'the demand for a report', options);
    },
    answerInclusion: (id, receipt, place, options) =>
      answer(id, receipt, encodeAnswer.inclusion(place), options),
    answerOpening: (id, receipt, opening, options) =>
      answer(id, receipt, encodeAnswer.opening(opening), options),
    answerTrace: (id, receipt, trace, options) => answer(id, receipt, encodeAnswer.trace(trace), options),
    answerPreimage: (id, receipt, bytes, options) => answer(id, receipt, toHex(bytes), options),
    answerReport: (id, receipt, { message, signature }, options) =>
      answer(id, receipt, encodeAnswer.report(message, compactSignature(signature)), options),
    answerConsistency: (id, head, path, options) =>
      write('answerConsistency', [id, head, path], 'the answer to a demand', options),
    closeDemand: (id, receipt, options) =>
      write('closeDemand', [id, receipt ?? noReceipt], 'closing the demand', options),

    async accuse({ message, signature }, order, opening, step, seal, options) {
      const args = [message, compactSignature(signature), order, opening, step, seal] as const;
      const bond = terms().then(({ accuseBond }) => accuseBond);
      return bonded(bond, options, async () => {
        const sent = await contracts.write(on.court, 'accuse', args, { doing: 'the accusation', ...options });
        const accused = sent.emitted(on.court, 'Accused')[0];
        if (accused === undefined) throw badAnswer('an accusation without its event');
        return { ...sent.mined, dispute: accused.dispute };
      });
    },
    sealOf,
    voteOf,
    sealVote: (dispute, vote, options) => write('sealVote', [dispute, vote], 'the sealed vote', options),
    openVote: (dispute, outcome, salt, options) =>
      write('openVote', [dispute, outcome, salt], 'opening the vote', options),
    openSeal: (dispute, outcome, salt, options) =>
      write('openSeal', [dispute, outcome, salt], 'opening the seal', options),
    appealBond: dispute => contracts.read(on.court, 'appealBond', [dispute]),
    appeal: (dispute, options) =>
      bonded(contracts.read(on.court, 'appealBond', [dispute]), options, () =>
        write('appeal', [dispute], 'the appeal', options),
      ),
    resolve: (dispute, options) => write('resolve', [dispute], 'resolving the dispute', options),
    settleVote: (dispute, round, juror, options) =>
      write('settleVote', [dispute, round, juror], 'settling the vote', options),
    async seats(dispute, round, juror) {
      if ((await juryOf(dispute, round)).seats === 0) return undefined;
      try {
        return Number(await contracts.read(on.court, 'seatsOf', [dispute, round, juror]));
      } catch (error) {
        if (refusalOf(error) === 'RoundUnknown') return undefined;
        throw error;
      }
    },
    async voteState(dispute, round, juror) {
      const [state] = await contracts.read(on.court, 'voteOf', [dispute, round, juror]);
      return voteStates[state] ?? 'none';
    },

    owed: (token, who) => contracts.read(on.court, 'owed', [token, who]),
    withdraw: (token, options) => write('withdraw', [token], 'the withdrawal from the court', options),
    refund: (receipt, order, params, { message, signature }, { index: at, size, path }, options) => {
      const { cumulativeAmount, receiptsRoot } = message;
      const voucher = [cumulativeAmount, receiptsRoot, compactSignature(signature)];
      const args = [receipt, order, params, ...voucher, at, size, path];
      return write('refund', args, 'the refund', options);
    },
    sweep: (receipt, options) => write('sweep', [receipt], 'sweeping what was frozen', options),

    async groundOf(statement) {
      return grounds[await contracts.read(on.court, 'groundOf', [statement])];
    },
    async dispute(id) {
      const { court } = await index.sync();
      return disputeView(lower(id), court.opening.get(lower(id)));
    },
    async demandOf(id) {
      const { court } = await index.sync();
      return demandView(lower(id), court.opening.get(lower(id)));
    },
    async disputes() {
      const { court } = await index.sync();
      const found = await eachOf(court.disputes, id => disputeView(id, court.opening.get(id)));
      return found.filter(view => view !== undefined);
    },
    async demands() {
      const { court } = await index.sync();
      const found = await eachOf(court.demands, id => demandView(id, court.opening.get(id)));
      return found.filter(view => view !== undefined);
    },
    async convictions() {
      const { court } = await index.sync();
      return [...court.convictions];
    },
    async timeline(id) {
      const { court } = await index.sync();
      const facts = id === undefined ? [...court.facts] : [...(court.about.get(lower(id)) ?? [])];
      return eachOf(facts, async ({ accused: _, ...fact }): Promise<CourtFact> => {
        return { ...fact, timeSeconds: await timeOf(fact) };
      });
    },
  };
}
