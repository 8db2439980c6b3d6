import {
  drawId,
  type ExecutionOpening,
  fromHex,
  type Hex,
  isAudited,
  isDrawn,
  type LogHead,
  leafHash,
  logEntryTypes,
  type Order,
  type Receipt,
  type Signed,
  sha256,
  toHex,
  verifyConsistency,
  ZERO_32,
} from '@koinon/protocol';
import { encodeAbiParameters, keccak256 } from 'viem/utils';
import type { Court, CourtOutcome, Demanded, DemandView, Place } from '../../court.ts';
import type { Mined, WriteOptions } from '../../interfaces.ts';
import { lower } from '../../lower.ts';
import { refusal } from '../../transactions/revert.ts';
import type { ActionPlace } from '../ledger.ts';
import { entryHash, rootFromInclusion } from '../rfc6962.ts';
import { type Bench, type Hearing, mismatch, requireOpening } from './bench.ts';

type Demands = Pick<
  Court,
  | 'demand'
  | 'demandConsistency'
  | 'demandReport'
  | 'answerInclusion'
  | 'answerOpening'
  | 'answerTrace'
  | 'answerPreimage'
  | 'answerReport'
  | 'answerConsistency'
  | 'closeDemand'
  | 'demandOf'
  | 'demands'
>;

interface DemandState extends DemandView {
  /** Where the ground of a lost demand is entered; for a report the auditor's, not the receipt's. */
  held: bigint;
}

/** Most bytes an answer may have to show. */
export const ANSWER_MAX = 1024;
const numbers = { inclusion: 0, opening: 1, trace: 2, preimage: 3, consistency: 4, report: 5 } as const;
const idFields = [{ type: 'address' }, { type: 'bytes32' }, { type: 'uint8' }, { type: 'uint64' }] as const;

export function demandId(node: Hex, statement: Hex, what: Demanded, index: bigint): Hex {
  return keccak256(encodeAbiParameters(idFields, [node, statement, numbers[what], index]));
}

/** What a node must be able to show, and what its silence costs. */
export function demandBook(bench: Bench): { of(account: Hex): Demands } {
  const { ledger, nodes, terms, check, digest, beacon } = bench;
  const demands = new Map<Hex, DemandState>();

  const viewOf = ({ held: _, ...view }: DemandState): DemandView => ({ ...view });

  function raise(
    hearing: Hearing,
    demander: Hex,
    demand: { node: Hex; statement: Hex; what: Demanded; index: bigint; seconds: number },
    doing: string,
  ): Hex {
    const { node, statement, what, index, seconds } = demand;
    const { place } = hearing;
    const id = demandId(node, statement, what, index);
    if (demands.has(id) || bench.ground(statement) !== undefined)
      throw refusal('AlreadyRaised', { id }, doing);
    const { active, unstaking, locked } = nodes.stakeOf(node);
    const free = active + unstaking - locked;
    const wanted = what === 'report' ? terms.absencePenalty : terms.lien;
    const held = wanted < free ? wanted : free;
    bench.take(demander, terms.demandBond, doing);
    nodes.lock(node, held, doing);
    const until = place.timestamp + seconds;
    demands.set(id, {
      ...{ demand: id, node, statement, demander, what, index, until, held },
      ...{ outcome: 'open', block: place.block },
    });
    bench.enter(hearing, {
      what: 'demanded',
      id,
      who: demander,
      accused: node,
      details: { node, statement, what, index: String(index), until: String(until) },
    });
    return id;
  }

  function openDemand(id: Hex, place: ActionPlace, doing: string): DemandState {
    const it = demands.get(lower(id));
    if (it === undefined) throw refusal('Unknown', { id: lower(id) }, doing);
    if (it.outcome !== 'open') throw refusal('AlreadyRaised', { id: it.demand }, doing);
    if (place.timestamp >= it.until) throw refusal('NotNow', { from: 0n, until: it.until }, doing);
    return it;
  }

  function settle(it: DemandState, outcome: CourtOutcome): void {
    it.outcome = outcome;
    nodes.unlock(it.node, it.held);
    it.held = 0n;
  }

  /** The answer convinced: the bond is for the trouble. */
  function meet(it: DemandState, hearing: Hearing): void {
    settle(it, 'acquitted');
    bench.owe(bench.koin, it.node, terms.demandBond);
    bench.enter(hearing, { what: 'demand-met', id: it.demand, who: it.node, accused: it.node, details: {} });
  }

  function requireAbout(it: DemandState, what: Demanded, statement: Hex, doing: string): void {
    if (it.what !== what) throw mismatch('kind', doing);
    if (it.statement !== statement) throw mismatch('statement', doing);
  }

  function requirePlace(
    node: Hex,
    leaf: Uint8Array,
    index: bigint,
    place: Place,
    doing: string,
  ): { block: number; size: bigint } {
    const anchor = nodes.anchorAt(node, place.anchorIndex, doing);
    const root = rootFromInclusion(leaf, { index, size: anchor.size, path: place.path }, doing);
    if (root !== anchor.root) throw mismatch('place', doing);
    return anchor;
  }

  function requireHeard(anchorBy: bigint, timestamp: number, doing: string): void {
    const deadline = anchorBy + BigInt(terms.evidenceSeconds);
    if (BigInt(timestamp) >= deadline) throw refusal('TooOld', { deadline }, doing);
  }

  return {
    of(account) {
      const making = async (
        options: WriteOptions | undefined,
        action: (hearing: Hearing) => Hex,
      ): Promise<Mined & { demand: Hex }> => {
        const { result, ...mined } = await ledger.run(account, options, (place, tell) =>
          action({ place, tell }),
        );
        return { ...mined, demand: result };
      };

      const answering = (
        id: Hex,
        what: Demanded,
        statement: Hex,
        options: WriteOptions | undefined,
        examine: (it: DemandState, doing: string, place: ActionPlace) => void,
      ): Promise<Mined> => {
        const doing = 'the answer to a demand';
        return ledger.run(account, options, (place, tell) => {
          const it = openDemand(id, place, doing);
          requireAbout(it, what, statement, doing);
          examine(it, doing, place);
          meet(it, { place, tell });
        });
      };

      async function receiptSigned({ message, signature }: Signed<'Receipt'>) {
        const statement = digest('Receipt', message);
        return { statement, isSigned: await check(statement, signature, lower(message.provider)) };
      }

      function requireReceipt(
        { statement, isSigned }: { statement: Hex; isSigned: boolean },
        receipt: Receipt,
        order: Order,
        doing: string,
      ): void {
        const signer = lower(receipt.provider);
        if (!isSigned) throw refusal('BadSignature', { digest: statement, signer }, doing);
        if (lower(receipt.order) !== digest('Order', order)) throw mismatch('order', doing);
      }

      return {
        async demand(receipt, order, what, index, options) {
          const doing = 'the demand';
          const signed = await receiptSigned(receipt);
          const { message } = receipt;
          return making(options, hearing => {
            requireReceipt(signed, message, order, doing);
            requireHeard(message.anchorBy, hearing.place.timestamp, doing);
            const isPrivate = lower(order.grant) !== ZERO_32;
            if (isPrivate && what !== 'inclusion') throw mismatch('private', doing);
            if (what === 'preimage' && index > 2n) throw mismatch('index', doing);
            const node = lower(message.provider);
            const demand = { node, statement: signed.statement, what, index, seconds: terms.demandSeconds };
            return raise(hearing, account, demand, doing);
          });
        },
        async demandConsistency({ message, signature }, anchorIndex, options) {
          const doing = 'the demand for consistency';
          const statement = digest('LogHead', message);
          const node = lower(message.node);
          const isSigned = await check(statement, signature, node);
          return making(options, hearing => {
            if (!isSigned) throw refusal('BadSignature', { digest: statement, signer: node }, doing);
            nodes.anchorAt(node, anchorIndex, doing);
            const demand = { node, statement, what: 'consistency', index: anchorIndex } as const;
            return raise(hearing, account, { ...demand, seconds: terms.demandSeconds }, doing);
          });
        },
        async demandReport(receipt, order, place, given, options) {
          const doing = 'the demand for a report';
          const signed = await receiptSigned(receipt);
          const { message } = receipt;
          const [provider, auditor] = [lower(message.provider), lower(given)];
          return making(options, hearing => {
            requireReceipt(signed, message, order, doing);
            const leaf = entryHash(logEntryTypes.Receipt, signed.statement, place.leafSalt);
            const anchor = nodes.anchorAt(provider, place.anchorIndex, doing);
            requirePlace(provider, leaf, message.logIndex, place, doing);
            const before = place.anchorIndex - 1n;
            if (before >= 0n && nodes.anchorAt(provider, before, doing).size > message.logIndex)
              throw mismatch('first anchor', doing);
            const { timestamp, block } = hearing.place;
            const from = anchor.anchoredAt + terms.reportSeconds;
            const until = anchor.anchoredAt + terms.evidenceSeconds;
            if (timestamp < from || timestamp >= until) throw refusal('NotNow', { from, until }, doing);
            const seed = drawId(beacon.valueOf(beacon.roundAfter(anchor.block), block, doing), leaf);
            const stakeBlock = anchor.block - 1;
            const stake = nodes.stakeAt(auditor, stakeBlock);
            const isEligible =
              (nodes.roles(auditor) & 4) !== 0 &&
              auditor !== provider &&
              auditor !== lower(order.requester) &&
              nodes.owner(auditor) !== nodes.owner(provider);
            const isHis =
              isAudited(seed, order.auditRatePpm) &&
              isDrawn(seed, 0, auditor, stake, nodes.totalStakeAt(stakeBlock));
            if (!isEligible || !isHis) throw mismatch('auditor', doing);
            const demand = { node: auditor, statement: signed.statement, what: 'report', index: 0n } as const;
            return raise(hearing, account, { ...demand, seconds: terms.demandSeconds }, doing);
          });
        },

        answerInclusion(id, receipt, place, options) {
          const statement = digest('Receipt', receipt);
          return answering(id, 'inclusion', statement, options, (it, doing) => {
            const leaf = entryHash(logEntryTypes.Receipt, statement, place.leafSalt);
            requirePlace(it.node, leaf, receipt.logIndex, place, doing);
          });
        },
        answerOpening: (id, receipt, opening, options) =>
          answering(id, 'opening', digest('Receipt', receipt), options, (_, doing) =>
            requirePublic(receipt, opening, doing),
          ),
        answerTrace: (id, receipt, { opening, count, root, path }, options) =>
          answering(id, 'trace', digest('Receipt', receipt), options, (it, doing) => {
            requirePublic(receipt, opening, doing);
            const leaf = leafHash(fromHex(root));
            const trace = rootFromInclusion(leaf, { index: it.index, size: count, path }, doing);
            if (trace !== lower(opening.trace)) throw mismatch('trace', doing);
          }),
        answerPreimage: (id, receipt, bytes, options) =>
          answering(id, 'preimage', digest('Receipt', receipt), options, (it, doing) => {
            if (bytes.length > ANSWER_MAX) throw mismatch('length', doing);
            const named = [receipt.manifest, receipt.output, receipt.verdict][Number(it.index)]!;
            if (toHex(sha256(bytes)) !== lower(named)) throw mismatch('preimage', doing);
          }),
        async answerReport(id, receipt, { message, signature }, options) {
          const statement = digest('AuditReport', message);
          const auditor = lower(message.auditor);
          const isSigned = await check(statement, signature, auditor);
          return answering(id, 'report', digest('Receipt', receipt), options, (it, doing) => {
            if (!isSigned) throw refusal('BadSignature', { digest: statement, signer: auditor }, doing);
            if (auditor !== it.node) throw mismatch('auditor', doing);
            if (lower(message.receipt) !== it.statement) throw mismatch('report', doing);
          });
        },
        answerConsistency: (id, head: LogHead, path, options) =>
          answering(id, 'consistency', digest('LogHead', head), options, (it, doing) => {
            const anchor = nodes.anchorAt(it.node, it.index, doing);
            const [older, newer] = head.size <= anchor.size ? [head, anchor] : [anchor, head];
            const proof = path.map(fromHex);
            const [firstRoot, secondRoot] = [fromHex(older.root), fromHex(newer.root)];
            const [first, second] = [Number(older.size), Number(newer.size)];
            if (!verifyConsistency({ first, second, firstRoot, secondRoot, proof }))
              throw mismatch('consistency', doing);
          }),

        closeDemand: (id, _receipt, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'closing the demand';
            const it = demands.get(lower(id));
            if (it === undefined) throw refusal('Unknown', { id: lower(id) }, doing);
            if (it.outcome !== 'open') throw refusal('AlreadyRaised', { id: it.demand }, doing);
            const { timestamp } = place;
            if (timestamp < it.until)
              throw refusal('NotNow', { from: it.until, until: 2n ** 256n - 1n }, doing);
            const { held, demander, node, statement } = it;
            it.outcome = 'convicted';
            it.held = 0n;
            const hearing = { place, tell };
            let slashed = held;
            if (it.what === 'report') nodes.slash(node, held, bench.address, place, tell);
            else {
              bench.find(statement, 'unavailability');
              slashed = bench.slashAll(node, held, hearing);
            }
            const bounty = slashed < terms.bounty ? slashed : terms.bounty;
            bench.owe(bench.koin, demander, terms.demandBond + bounty);
            bench.burn(slashed - bounty);
            bench.enter(hearing, {
              what: 'convicted',
              id: it.demand,
              who: demander,
              accused: node,
              details: { accused: node, statement, ground: 'unavailability', slashed: String(slashed) },
            });
          }),
        async demandOf(id) {
          const it = demands.get(lower(id));
          return it && viewOf(it);
        },
        demands: async () => bench.book.demands.map(id => viewOf(demands.get(id)!)),
      };
    },
  };

  function requirePublic(receipt: Receipt, opening: ExecutionOpening, doing: string): void {
    if (lower(opening.salt) !== ZERO_32) throw mismatch('salt', doing);
    requireOpening(receipt.execution, opening, doing);
  }
}
