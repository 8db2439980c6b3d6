import {
  drawId,
  fromHex,
  type Hex,
  isAudited,
  isDrawn,
  leafHash,
  logEntryTypes,
  type Order,
  type Receipt,
  sha256,
  toHex,
  verifyConsistency,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { encodeAbiParameters, keccak256 } from 'viem/utils';
import { refusal } from '../../evm/transactions/revert.ts';
import { lower } from '../../lower.ts';
import type { Court, Demanded, DemandView, Place } from '../../port/court.ts';
import type { Mined, WriteOptions } from '../../port/transaction.ts';
import type { ActionPlace } from '../ledger.ts';
import type { StoodAt } from '../nodes.ts';
import { entryHash, rootFromInclusion } from '../rfc6962.ts';
import { type Bench, type Hearing, mismatch, requireOpening, texts } from './bench.ts';

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
  /** Stake of an auditor held for this demand; a provider's lien is its receipt's. */
  held: bigint;
  /** What the log of a head must continue in. */
  anchor: { size: bigint; root: Hex } | undefined;
}

const AUDIT_ROLE = 4;
const FOREVER = 2n ** 256n - 1n;
const numbers = { inclusion: 0, opening: 1, trace: 2, preimage: 3, consistency: 4, report: 5 } as const;
const idFields = [{ type: 'address' }, { type: 'bytes32' }, { type: 'uint8' }, { type: 'uint64' }] as const;

/** keccak256(abi.encode(node, statement, what, index)). */
function demandId(node: Hex, statement: Hex, what: Demanded, index: bigint): Hex {
  return keccak256(encodeAbiParameters(idFields, [node, statement, numbers[what], index]));
}

function preimageOf({ manifest, output, verdict }: Receipt, index: bigint, doing: string): Hex {
  const named = [manifest, output, verdict][Number(index)];
  if (named === undefined) throw mismatch('index', doing);
  return lower(named);
}

/** What a node must be able to show, and what its silence costs (Demands.sol). */
export function demandBook(bench: Bench): { of(account: Hex): Demands } {
  const { ledger, nodes, terms, check, digest, beacon } = bench;
  const demands = new Map<Hex, DemandState>();
  /** Steps of a receipt's trace, as its provider first answered. */
  const stepCounts = new Map<Hex, bigint>();
  const viewOf = ({ held: _, anchor: __, ...view }: DemandState): DemandView => view;
  const ownerOf = (account: Hex) => nodes.owner(account) ?? account;

  function raise(
    hearing: Hearing,
    { node, statement, what, index }: { node: Hex; statement: Hex; what: Demanded; index: bigint },
    doing: string,
  ): DemandState {
    const { place, by } = hearing;
    const id = demandId(node, statement, what, index);
    if (demands.has(id)) throw refusal('AlreadyRaised', { id }, doing);
    bench.take(by, terms.demandBond, doing);
    const state: DemandState = {
      ...{ demand: id, node, statement, demander: by, what, index },
      ...{ until: place.timestamp + terms.demandSeconds, outcome: 'open', block: place.block },
      ...{ held: 0n, anchor: undefined },
    };
    demands.set(id, state);
    bench.enter(hearing, {
      what: 'demanded',
      id,
      who: by,
      accused: node,
      details: texts({ node, statement, what, index, until: state.until }),
    });
    return state;
  }

  function answerable(id: Hex, place: ActionPlace, doing: string): DemandState {
    const it = demands.get(lower(id));
    if (it === undefined) throw refusal('Unknown', { id: lower(id) }, doing);
    if (it.outcome !== 'open') throw refusal('AlreadyRaised', { id: it.demand }, doing);
    if (place.timestamp >= it.until) throw refusal('NotNow', { from: 0, until: it.until }, doing);
    return it;
  }

  /** The answer convinced: the bond is for the trouble. */
  function meet(it: DemandState, hearing: Hearing, details: Record<string, string>): void {
    it.outcome = 'acquitted';
    bench.owe(it.node, terms.demandBond);
    bench.enter(hearing, { what: 'demand-met', id: it.demand, who: it.node, accused: it.node, details });
    if (it.what === 'report') bench.lift(hearing, it.node, it.held, it.until - terms.demandSeconds);
    else bench.leaveCase(hearing, it.statement, it.node);
  }

  function requirePlaced(node: Hex, leaf: Uint8Array, index: bigint, at: Place, doing: string): StoodAt {
    const anchor = nodes.anchorAt(node, at.anchorIndex, doing);
    const root = rootFromInclusion(leaf, { index, size: anchor.size, path: at.path }, doing);
    if (root !== anchor.root) throw mismatch('place', doing);
    return anchor;
  }

  /** That the lot gave the leaf to this auditor at the first draw, and that it was one who could be drawn. */
  function requireDrawn(
    auditor: Hex,
    work: { provider: Hex; order: Order; leaf: Uint8Array; anchor: StoodAt },
    { block }: ActionPlace,
    doing: string,
  ): void {
    const { provider, order, leaf, anchor } = work;
    const seed = drawId(beacon.valueOf(beacon.roundAfter(anchor.block), block, doing), leaf);
    const stakeBlock = anchor.block - 1;
    const requester = lower(order.requester);
    const isDrawnHere =
      isAudited(seed, order.auditRatePpm) &&
      isDrawn(seed, 0, auditor, nodes.stakeAt(auditor, stakeBlock), nodes.totalStakeAt(stakeBlock));
    if (!isDrawnHere) throw refusal('NoContradiction', {}, doing);
    const owner = nodes.owner(auditor);
    const isEligible =
      (nodes.roles(auditor) & AUDIT_ROLE) !== 0 &&
      auditor !== provider &&
      owner !== ownerOf(provider) &&
      auditor !== requester &&
      owner !== ownerOf(requester);
    if (!isEligible) throw refusal('NoContradiction', {}, doing);
  }

  return {
    of(account) {
      async function making(
        options: WriteOptions | undefined,
        action: (hearing: Hearing) => DemandState,
      ): Promise<Mined & { demand: Hex }> {
        const { result, ...mined } = await ledger.run(account, options, (place, tell) =>
          action({ place, tell, by: account }),
        );
        return { ...mined, demand: result.demand };
      }

      function answering(
        id: Hex,
        what: Demanded,
        statement: Hex,
        options: WriteOptions | undefined,
        examine: (it: DemandState, doing: string) => void,
        details: Record<string, string> = {},
      ): Promise<Mined> {
        const doing = 'the answer to a demand';
        return ledger.run(account, options, (place, tell) => {
          const it = answerable(id, place, doing);
          if (what === 'consistency') {
            if (it.what !== what) throw mismatch('kind', doing);
            if (it.statement !== statement) throw mismatch('head', doing);
          } else {
            if (it.statement !== statement) throw mismatch('receipt', doing);
            if (it.what !== what) throw mismatch('kind', doing);
          }
          examine(it, doing);
          meet(it, { place, tell, by: account }, details);
        });
      }

      return {
        async demand({ message, signature }, order, what, asked, options) {
          const doing = 'the demand';
          const statement = digest('Receipt', message);
          const node = lower(message.provider);
          const isSigned = await check(statement, signature, node);
          return making(options, hearing => {
            const { place } = hearing;
            bench.requireSigned(isSigned, statement, node, doing);
            bench.requireUndecided(statement, doing);
            bench.requireRecent(message.anchorBy, place, doing);
            if (digest('Order', order) !== lower(message.order)) throw mismatch('order', doing);
            if (lower(order.grant) !== ZERO_32 && what !== 'inclusion')
              throw mismatch('private order', doing);
            if (what === 'inclusion' && BigInt(place.timestamp) <= message.anchorBy)
              throw refusal('NotNow', { from: message.anchorBy + 1n, until: FOREVER }, doing);
            if (what === 'preimage' && preimageOf(message, asked, doing) === ZERO_32)
              throw mismatch('nothing to show', doing);
            const index = what === 'inclusion' || what === 'opening' ? 0n : asked;
            const state = raise(hearing, { node, statement, what, index }, doing);
            bench.enterCase(statement, node, hearing.place);
            return state;
          });
        },
        async demandConsistency({ message, signature }, anchorIndex, options) {
          const doing = 'the demand for consistency';
          const statement = digest('LogHead', message);
          const node = lower(message.node);
          const isSigned = await check(statement, signature, node);
          return making(options, hearing => {
            bench.requireSigned(isSigned, statement, node, doing);
            bench.requireUndecided(statement, doing);
            bench.requireRecent(message.issuedAt, hearing.place, doing);
            const { size, root } = nodes.anchorAt(node, anchorIndex, doing);
            if (size === message.size) throw mismatch('size', doing);
            const what = 'consistency';
            const state = raise(hearing, { node, statement, what, index: anchorIndex }, doing);
            state.anchor = { size, root };
            bench.enterCase(statement, node, hearing.place);
            return state;
          });
        },
        async demandReport({ message, signature }, order, at, given, options) {
          const doing = 'the demand for a report';
          const statement = digest('Receipt', message);
          const [provider, auditor] = [lower(message.provider), lower(given)];
          const isSigned = await check(statement, signature, provider);
          return making(options, hearing => {
            const { place } = hearing;
            bench.requireSigned(isSigned, statement, provider, doing);
            if (digest('Order', order) !== lower(message.order)) throw mismatch('order', doing);
            if (lower(order.grant) !== ZERO_32 || lower(order.auditor) !== ZERO_ADDRESS)
              throw mismatch('private order', doing);
            const leaf = entryHash(logEntryTypes.Receipt, statement, at.leafSalt);
            const anchor = requirePlaced(provider, leaf, message.logIndex, at, doing);
            if (!bench.firstAnchor(provider, at.anchorIndex, message.logIndex, doing).isFirst)
              throw mismatch('anchor', doing);
            const { anchorBy } = message;
            const since = BigInt(anchor.anchoredAt) > anchorBy ? BigInt(anchor.anchoredAt) : anchorBy;
            bench.requireRecent(since, place, doing);
            const from = anchor.anchoredAt + terms.reportSeconds;
            if (place.timestamp < from) throw refusal('NotNow', { from, until: FOREVER }, doing);
            requireDrawn(auditor, { provider, order, leaf, anchor }, place, doing);
            const state = raise(hearing, { node: auditor, statement, what: 'report', index: 0n }, doing);
            state.held = bench.lockUpTo(auditor, terms.absencePenalty);
            return state;
          });
        },

        answerInclusion(id, receipt, at, options) {
          const statement = digest('Receipt', receipt);
          return answering(id, 'inclusion', statement, options, (it, doing) => {
            const leaf = entryHash(logEntryTypes.Receipt, statement, at.leafSalt);
            requirePlaced(it.node, leaf, receipt.logIndex, at, doing);
          });
        },
        answerOpening: (id, receipt, opening, options) =>
          answering(id, 'opening', digest('Receipt', receipt), options, (_, doing) =>
            requireOpening(receipt.execution, opening, doing),
          ),
        answerTrace: (id, receipt, { opening, count, root, path }, options) =>
          answering(
            id,
            'trace',
            digest('Receipt', receipt),
            options,
            (it, doing) => {
              requireOpening(receipt.execution, opening, doing);
              const known = stepCounts.get(it.statement) ?? count;
              if (count === 0n || known !== count) throw mismatch('count', doing);
              const index = it.index < count ? it.index : count - 1n;
              const leaf = leafHash(fromHex(root));
              if (rootFromInclusion(leaf, { index, size: count, path }, doing) !== lower(opening.trace))
                throw mismatch('path', doing);
              stepCounts.set(it.statement, count);
            },
            texts({ count, root, path: path.join() }),
          ),
        answerPreimage: (id, receipt, bytes, options) =>
          answering(id, 'preimage', digest('Receipt', receipt), options, (it, doing) => {
            if (toHex(sha256(bytes)) !== preimageOf(receipt, it.index, doing)) throw mismatch('bytes', doing);
          }),
        async answerReport(id, receipt, { message, signature }, options) {
          const report = digest('AuditReport', message);
          const node = demands.get(lower(id))?.node ?? ZERO_ADDRESS;
          const isSigned = await check(report, signature, node);
          return answering(id, 'report', digest('Receipt', receipt), options, (it, doing) => {
            if (lower(message.receipt) !== it.statement || lower(message.auditor) !== it.node)
              throw mismatch('report', doing);
            bench.requireSigned(isSigned, report, it.node, doing);
          });
        },
        answerConsistency: (id, head, path, options) =>
          answering(id, 'consistency', digest('LogHead', head), options, (it, doing) => {
            const anchor = it.anchor!;
            const [older, newer] = head.size < anchor.size ? [head, anchor] : [anchor, head];
            const proof = path.map(fromHex);
            const [firstRoot, secondRoot] = [fromHex(older.root), fromHex(newer.root)];
            const [first, second] = [Number(older.size), Number(newer.size)];
            if (!verifyConsistency({ first, second, firstRoot, secondRoot, proof }))
              throw mismatch('path', doing);
          }),

        closeDemand: (id, receipt, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'closing the demand';
            const it = demands.get(lower(id));
            if (it === undefined) throw refusal('Unknown', { id: lower(id) }, doing);
            if (it.outcome !== 'open') throw refusal('AlreadyRaised', { id: it.demand }, doing);
            if (place.timestamp < it.until)
              throw refusal('NotNow', { from: it.until, until: FOREVER }, doing);
            const { node, statement, demander, what, demand, held } = it;
            const isReceipts = what !== 'report' && what !== 'consistency';
            if (isReceipts && (receipt === undefined || digest('Receipt', receipt) !== statement))
              throw mismatch('receipt', doing);
            const hearing = { place, tell, by: account };
            it.outcome = 'convicted';
            bench.owe(demander, terms.demandBond);
            if (what === 'report') {
              bench.sentence(node, demand, held, demander);
              bench.enter(hearing, {
                what: 'convicted',
                id: demand,
                who: demander,
                accused: node,
                details: texts({ accused: node, statement, ground: 'unavailability', slashed: held }),
              });
            } else {
              if (isReceipts) bench.freeze(statement, receipt!, place);
              const ground = 'unavailability';
              bench.convict(hearing, {
                ...{
                  accused: node,
                  statement,
                  dispute: demand,
                  ground,
                  accuser: demander,
                  bountyTo: demander,
                },
              });
              bench.leaveCase(hearing, statement, node);
            }
            bench.enforce(hearing, node, demand);
          }),
        async demandOf(id) {
          const it = demands.get(lower(id));
          return it && viewOf(it);
        },
        demands: async () => bench.book.demands.map(id => viewOf(demands.get(id)!)),
      };
    },
  };
}
