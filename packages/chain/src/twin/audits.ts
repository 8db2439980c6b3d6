import {
  concatBytes,
  type Domains,
  drawId,
  fromHex,
  type Hex,
  isAudited,
  isDrawn,
  leafHash,
  logEntryTypes,
  type Order,
  statementDigest,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { encodeAbiParameters, keccak256 } from 'viem/utils';
import { refusal } from '../evm/transactions/revert.ts';
import { lower } from '../lower.ts';
import type { Audits, AuditTerms } from '../port/audits.ts';
import type { Place } from '../port/court.ts';
import type { BeaconBook } from './beacon.ts';
import type { ActionPlace, Ledger } from './ledger.ts';
import type { NodeBook, StoodAt } from './nodes.ts';
import { entryHash, rootFromInclusion } from './rfc6962.ts';
import type { SignatureCheck } from './signatureCheck.ts';
import type { TokenBook } from './tokens.ts';

/** The audits as the court of the twin sees them. */
export interface AuditBook {
  /** Set by the court: whether it found a receipt false. */
  isFoundFalse(receipt: Hex): boolean;
  plantedAt(provider: Hex, order: Hex): number | undefined;
  of(account: Hex): Audits;
}

export interface AuditParts {
  ledger: Ledger;
  tokens: TokenBook;
  nodes: NodeBook;
  beacon: BeaconBook;
  domains: Domains;
  address: Hex;
  koin: Hex;
  terms: AuditTerms;
  check: SignatureCheck;
}

interface Fund {
  left: bigint;
  leaving: bigint;
  /** Unix seconds. */
  refundableAt: number;
}

interface PlantSet {
  provider: Hex;
  committedAt: number;
  count: number;
  root: Hex;
  revealed: Set<bigint>;
  deposit: bigint;
}

const AUDIT_ROLE = 4;
const MAX_UINT256 = 2n ** 256n - 1n;
const setFields = [{ type: 'address' }, { type: 'uint256' }, { type: 'bytes32' }] as const;

/** The rules of Audits.sol over plain maps. */
export function memoryAudits(parts: AuditParts): AuditBook {
  const { ledger, tokens, nodes, beacon, domains, address, koin, terms, check } = parts;
  const funds = new Map<string, Fund>();
  const sets = new Map<Hex, PlantSet>();
  const setCounts = new Map<Hex, bigint>();
  const planted = new Map<string, number>();
  const paid = new Set<Hex>();
  /** Beacon rounds of the drawings that were held. */
  const rounds = new Map<bigint, bigint>();
  const key = (a: Hex, b: Hex) => `${lower(a)}:${lower(b)}`;
  const mismatch = (what: string, doing: string) => refusal('EvidenceMismatch', { what }, doing);

  function fundOf(requester: Hex, token: Hex): Fund {
    const known = funds.get(key(requester, token));
    if (known !== undefined) return known;
    const fresh = { left: 0n, leaving: 0n, refundableAt: 0 };
    funds.set(key(requester, token), fresh);
    return fresh;
  }

  function setOf(id: Hex, doing: string): PlantSet {
    const found = sets.get(lower(id));
    if (found === undefined) throw refusal('Unknown', { id: lower(id) }, doing);
    return found;
  }

  /** The anchor that a place names, with the leaf in it. */
  function anchorOf(node: Hex, leaf: Uint8Array, logIndex: bigint, place: Place, doing: string): StoodAt {
    const anchor = nodes.anchorAt(node, place.anchorIndex, doing);
    const root = rootFromInclusion(leaf, { index: logIndex, size: anchor.size, path: place.path }, doing);
    if (root !== anchor.root) throw mismatch('place', doing);
    return anchor;
  }

  function drawingOf(expiresAt: bigint): { drawing: bigint; heldFrom: number } {
    const drawing = expiresAt / BigInt(terms.reportSeconds) + 3n;
    return { drawing, heldFrom: Number(drawing) * terms.reportSeconds };
  }

  function stakeOf(operator: Hex): bigint {
    const { active, unstaking } = nodes.stakeOf(operator);
    return active + unstaking;
  }

  function plantDepositOf(provider: Hex, count: number): bigint {
    const [stake, deposit] = [stakeOf(provider), BigInt(count) * terms.plantDeposit];
    return deposit < stake ? stake : deposit;
  }

  function seedOf(anchor: StoodAt, leaf: Uint8Array, { block }: ActionPlace, doing: string): Hex {
    return drawId(beacon.valueOf(beacon.roundAfter(anchor.block), block, doing), leaf);
  }

  const ownerOf = (account: Hex) => nodes.owner(account) ?? account;

  function isEligible(auditor: Hex, order: Order): boolean {
    const [provider, requester] = [lower(order.provider), lower(order.requester)];
    const owner = nodes.owner(auditor);
    return (
      (nodes.roles(auditor) & AUDIT_ROLE) !== 0 &&
      lower(order.auditor) === ZERO_ADDRESS &&
      auditor !== provider &&
      auditor !== requester &&
      owner !== ownerOf(provider) &&
      owner !== ownerOf(requester)
    );
  }

  function take(order: Order, asked: bigint, isOwn: boolean, doing: string): bigint {
    const fund = fundOf(order.requester, order.token);
    const available = fund.left + fund.leaving;
    const taken = asked < available ? asked : available;
    // Only the auditor itself can accept less than its due.
    if (taken === 0n || (taken < asked && !isOwn)) {
      const facts = { requester: lower(order.requester), token: lower(order.token), asked, available };
      throw refusal('InsufficientFund', facts, doing);
    }
    const fromLeft = taken < fund.left ? taken : fund.left;
    fund.left -= fromLeft;
    fund.leaving -= taken - fromLeft;
    return taken;
  }

  const book: AuditBook = {
    isFoundFalse: () => false,
    plantedAt: (provider, order) => planted.get(key(provider, order)),
    of: account => ({
      address,
      terms: async () => terms,
      fund: (token, amount, requester = account, options) =>
        ledger.run(account, options, () => {
          const doing = 'funding audits';
          tokens.move(token, account, address, amount, doing);
          if (amount === 0n) throw refusal('ZeroAmount', {}, doing);
          fundOf(requester, token).left += amount;
        }),
      requestRefund: (token, amount, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          const doing = 'asking the fund back';
          if (amount === 0n) throw refusal('ZeroAmount', {}, doing);
          const fund = fundOf(account, token);
          if (amount > fund.left) {
            const facts = { requester: account, token: lower(token), asked: amount, available: fund.left };
            throw refusal('InsufficientFund', facts, doing);
          }
          fund.left -= amount;
          fund.leaving += amount;
          fund.refundableAt = timestamp + terms.refundSeconds;
        }),
      refund: (token, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          const doing = 'taking the fund back';
          const fund = fundOf(account, token);
          if (fund.leaving === 0n) throw refusal('ZeroAmount', {}, doing);
          if (timestamp < fund.refundableAt) {
            throw refusal('NotNow', { from: fund.refundableAt, until: MAX_UINT256 }, doing);
          }
          tokens.move(token, address, account, fund.leaving, doing);
          fund.leaving = 0n;
          fund.refundableAt = 0;
        }),
      fundOf: async (requester, token) => funds.get(key(requester, token))?.left ?? 0n,
      async leavingOf(requester, token) {
        const fund = funds.get(key(requester, token));
        if (fund === undefined || fund.leaving === 0n) return undefined;
        return { amount: fund.leaving, refundableAt: fund.refundableAt };
      },
      plantDepositOf: async (provider, count) => plantDepositOf(lower(provider), count),
      async plantSet(id) {
        const found = sets.get(lower(id));
        return found && { ...found, revealed: found.revealed.size };
      },

      async commitPlants(root, count, options) {
        const { result, ...mined } = await ledger.run(account, options, ({ timestamp }) => {
          const doing = 'committing to planted faults';
          if (count === 0) throw refusal('ZeroAmount', {}, doing);
          if (nodes.owner(account) === undefined)
            throw refusal('NotRegistered', { operator: account }, doing);
          const number = setCounts.get(account) ?? 0n;
          const set = keccak256(encodeAbiParameters(setFields, [account, number, root]));
          const deposit = plantDepositOf(account, count);
          tokens.move(koin, account, address, deposit, doing);
          setCounts.set(account, number + 1n);
          sets.set(set, {
            provider: account,
            committedAt: timestamp,
            count,
            root: lower(root),
            revealed: new Set(),
            deposit,
          });
          return set;
        });
        return { ...mined, set: result };
      },
      async revealPlant(set, order, consent, salt, { index, path }, options) {
        const doing = 'revealing the planted fault';
        const digest = statementDigest('Order', order, domains);
        const plant = statementDigest('Plant', { order: digest }, domains);
        const isConsent = await check(plant, consent.signature, lower(order.requester));
        return ledger.run(account, options, ({ timestamp }) => {
          const it = setOf(set, doing);
          const until = it.committedAt + terms.revealSeconds;
          if (timestamp >= until) throw refusal('NotNow', { from: it.committedAt, until }, doing);
          if (it.revealed.has(index)) throw refusal('AlreadyRaised', { id: lower(set) }, doing);
          const [stake, most] = [stakeOf(it.provider), it.deposit + it.deposit / 4n];
          if (stake > most) throw refusal('StakeTooLarge', { provider: it.provider, stake, most }, doing);
          if (lower(order.provider) !== it.provider) throw mismatch('provider', doing);
          if (!isConsent)
            throw refusal('BadSignature', { digest: plant, signer: lower(order.requester) }, doing);
          const leaf = leafHash(concatBytes(fromHex(digest), fromHex(salt)));
          if (rootFromInclusion(leaf, { index, size: BigInt(it.count), path }, doing) !== it.root)
            throw mismatch('set', doing);
          it.revealed.add(index);
          const where = key(it.provider, digest);
          planted.set(where, Math.min(planted.get(where) ?? it.committedAt, it.committedAt));
        });
      },
      closePlants: (set, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          const doing = 'closing the planted faults';
          const it = setOf(set, doing);
          if (it.deposit === 0n) throw refusal('AlreadyRaised', { id: lower(set) }, doing);
          const until = it.committedAt + terms.revealSeconds;
          const isWhole = it.revealed.size === it.count;
          if (!isWhole && timestamp < until)
            throw refusal('NotNow', { from: until, until: MAX_UINT256 }, doing);
          if (isWhole) tokens.move(koin, address, it.provider, it.deposit, doing);
          else tokens.burn(koin, address, it.deposit);
          it.deposit = 0n;
        }),
      plantedAt: async (provider, order) => planted.get(key(provider, order)),

      drawingOf: async expiresAt => drawingOf(expiresAt),
      async hold(drawing, options) {
        const { result, ...mined } = await ledger.run(account, options, ({ timestamp, block }) => {
          const known = rounds.get(drawing);
          if (known !== undefined) return known;
          const from = Number(drawing) * terms.reportSeconds;
          if (timestamp < from) throw refusal('NotNow', { from, until: MAX_UINT256 }, 'holding the drawing');
          const round = beacon.roundAfter(block);
          rounds.set(drawing, round);
          return round;
        });
        return { ...mined, round: result };
      },
      roundOf: async drawing => rounds.get(drawing),
      wins: async (order, value) => isWinning(order, value, terms.ticketOdds),

      async redeem(ticket, options) {
        const doing = 'paying the report';
        const { message: order } = ticket.order;
        const { message: receipt } = ticket.receipt;
        const { message: report } = ticket.report;
        const { k, receiptPlace, reportPlace } = ticket;
        const [provider, auditor] = [lower(receipt.provider), lower(report.auditor)];
        const orderDigest = statementDigest('Order', order, domains);
        const receiptDigest = statementDigest('Receipt', receipt, domains);
        const reportDigest = statementDigest('AuditReport', report, domains);
        const [byRequester, byProvider, byAuditor] = await Promise.all([
          check(orderDigest, ticket.order.signature, lower(order.requester)),
          check(receiptDigest, ticket.receipt.signature, provider),
          check(reportDigest, ticket.report.signature, auditor),
        ]);
        const requireSigned = (isSigned: boolean, digest: Hex, signer: Hex) => {
          if (!isSigned) throw refusal('BadSignature', { digest, signer: lower(signer) }, doing);
        };
        const { result, ...mined } = await ledger.run(account, options, place => {
          if (paid.has(orderDigest)) throw refusal('AlreadyPaid', { order: orderDigest }, doing);
          requireSigned(byRequester, orderDigest, order.requester);
          const { drawing, heldFrom } = drawingOf(order.expiresAt);

          const isItsOrder =
            lower(receipt.order) === orderDigest &&
            provider === lower(order.provider) &&
            lower(receipt.manifest) === lower(order.manifest);
          if (!isItsOrder) throw mismatch('order', doing);
          requireSigned(byProvider, receiptDigest, provider);
          const leaf = entryHash(logEntryTypes.Receipt, receiptDigest, receiptPlace.leafSalt);
          const anchor = anchorOf(provider, leaf, receipt.logIndex, receiptPlace, doing);
          if (receipt.logIndex < anchor.sizeBefore) throw mismatch('first anchor', doing);
          const seed = seedOf(anchor, leaf, place, doing);
          const stakeBlock = anchor.block - 1;
          const stake = nodes.stakeAt(auditor, stakeBlock);
          const isHis =
            lower(report.draw) === seed &&
            k <= terms.maxK &&
            isAudited(seed, order.auditRatePpm) &&
            isEligible(auditor, order) &&
            isDrawn(seed, k, auditor, stake, nodes.totalStakeAt(stakeBlock));
          if (!isHis) throw refusal('NotDrawn', { auditor }, doing);

          const round = rounds.get(drawing);
          if (round === undefined) throw refusal('NotHeld', { drawing }, doing);
          if (!isWinning(orderDigest, beacon.valueOf(round, place.block, doing), terms.ticketOdds))
            throw refusal('NotWinning', { order: orderDigest }, doing);

          if (lower(report.receipt) !== receiptDigest) throw mismatch('receipt', doing);
          if ((report.verdict === 1) === book.isFoundFalse(receiptDigest)) throw mismatch('verdict', doing);
          requireSigned(byAuditor, reportDigest, auditor);
          const own = entryHash(logEntryTypes.AuditReport, reportDigest, reportPlace.leafSalt);
          if (anchorOf(auditor, own, report.logIndex, reportPlace, doing).anchoredAt >= heldFrom)
            throw mismatch('report too late', doing);

          const asked = terms.ticketOdds * order.auditAmount;
          const amount = take(order, asked, account === auditor, doing);
          paid.add(orderDigest);
          tokens.move(order.token, address, auditor, amount, doing);
          return amount;
        });
        return { ...mined, paid: result };
      },
      paid: async order => paid.has(lower(order)),
    }),
  };
  return book;
}

function isWinning(order: Hex, value: Hex, odds: bigint): boolean {
  return BigInt(drawId(value, fromHex(order))) % odds === 0n;
}
