import {
  type AuditReport,
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
} from '@koinon/protocol';
import { encodeAbiParameters, keccak256 } from 'viem/utils';
import type { Audits, AuditTerms, Place } from '../court.ts';
import { lower } from '../lower.ts';
import { refusal } from '../transactions/revert.ts';
import type { BeaconBook } from './beacon.ts';
import type { ActionPlace, Ledger } from './ledger.ts';
import type { NodeBook, StoodAt } from './nodes.ts';
import { entryHash, rootFromInclusion } from './rfc6962.ts';
import type { SignatureCheck } from './signatureCheck.ts';
import type { TokenBook } from './tokens.ts';

/** The audits as the court of the twin sees them. */
export interface AuditBook {
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
  closed: boolean;
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

  /** The anchor that first held the leaf; refuses any other place. */
  function firstAnchor(node: Hex, leaf: Uint8Array, logIndex: bigint, place: Place, doing: string): StoodAt {
    const anchor = nodes.anchorAt(node, place.anchorIndex, doing);
    const root = rootFromInclusion(leaf, { index: logIndex, size: anchor.size, path: place.path }, doing);
    if (root !== anchor.root) throw mismatch('place', doing);
    const earlier =
      place.anchorIndex === 0n ? undefined : nodes.anchorAt(node, place.anchorIndex - 1n, doing);
    if (earlier !== undefined && earlier.size > logIndex) throw mismatch('first anchor', doing);
    return anchor;
  }

  function seedOf(anchor: StoodAt, leaf: Uint8Array, { block }: ActionPlace, doing: string): Hex {
    return drawId(beacon.valueOf(beacon.roundAfter(anchor.block), block, doing), leaf);
  }

  function isEligible(auditor: Hex, provider: Hex, requester: Hex): boolean {
    return (
      (nodes.roles(auditor) & AUDIT_ROLE) !== 0 &&
      auditor !== provider &&
      auditor !== requester &&
      nodes.owner(auditor) !== nodes.owner(provider)
    );
  }

  function take(order: Order, asked: bigint, doing: string): bigint {
    const fund = fundOf(order.requester, order.token);
    const available = fund.left + fund.leaving;
    const taken = asked < available ? asked : available;
    if (taken === 0n) {
      const facts = { requester: lower(order.requester), token: lower(order.token), asked, available };
      throw refusal('InsufficientFund', facts, doing);
    }
    const fromLeft = taken < fund.left ? taken : fund.left;
    fund.left -= fromLeft;
    fund.leaving -= taken - fromLeft;
    return taken;
  }

  return {
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

      async commitPlants(root, count, options) {
        const { result, ...mined } = await ledger.run(account, options, ({ timestamp }) => {
          const doing = 'committing to planted faults';
          if (count === 0) throw refusal('ZeroAmount', {}, doing);
          if (nodes.owner(account) === undefined)
            throw refusal('NotRegistered', { operator: account }, doing);
          const number = setCounts.get(account) ?? 0n;
          const set = keccak256(encodeAbiParameters(setFields, [account, number, root]));
          tokens.move(koin, account, address, BigInt(count) * terms.plantDeposit, doing);
          setCounts.set(account, number + 1n);
          sets.set(set, {
            provider: account,
            committedAt: timestamp,
            count,
            root: lower(root),
            revealed: new Set(),
            closed: false,
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
          if (lower(order.provider) !== it.provider) throw mismatch('provider', doing);
          if (!isConsent)
            throw refusal('BadSignature', { digest: plant, signer: lower(order.requester) }, doing);
          const leaf = leafHash(concatBytes(fromHex(digest), fromHex(salt)));
          if (rootFromInclusion(leaf, { index, size: BigInt(it.count), path }, doing) !== it.root)
            throw mismatch('set', doing);
          it.revealed.add(index);
          const where = key(it.provider, digest);
          if (!planted.has(where)) planted.set(where, it.committedAt);
        });
      },
      closePlants: (set, options) =>
        ledger.run(account, options, ({ timestamp }) => {
          const doing = 'closing the planted faults';
          const it = setOf(set, doing);
          if (it.closed) throw refusal('AlreadyRaised', { id: lower(set) }, doing);
          const until = it.committedAt + terms.revealSeconds;
          const isWhole = it.revealed.size === it.count;
          if (!isWhole && timestamp < until)
            throw refusal('NotNow', { from: until, until: MAX_UINT256 }, doing);
          it.closed = true;
          const deposit = BigInt(it.count) * terms.plantDeposit;
          if (isWhole) tokens.move(koin, address, it.provider, deposit, doing);
          else tokens.burn(koin, address, deposit);
        }),
      plantedAt: async (provider, order) => planted.get(key(provider, order)),

      async redeem(receipt, report, k, options) {
        const doing = 'paying the report';
        const { order } = receipt;
        const [work, word]: [typeof receipt.signed.message, AuditReport] = [
          receipt.signed.message,
          report.signed.message,
        ];
        const [provider, auditor] = [lower(work.provider), lower(word.auditor)];
        const reportDigest = statementDigest('AuditReport', word, domains);
        const receiptDigest = statementDigest('Receipt', work, domains);
        const isAuditors = await check(reportDigest, report.signed.signature, auditor);
        const isProviders = await check(receiptDigest, receipt.signed.signature, provider);
        const { result, ...mined } = await ledger.run(account, options, place => {
          if (paid.has(reportDigest)) throw refusal('AlreadyPaid', { report: reportDigest }, doing);
          const unsigned = (digest: Hex, signer: Hex) => refusal('BadSignature', { digest, signer }, doing);
          if (!isAuditors) throw unsigned(reportDigest, auditor);
          if (lower(word.receipt) !== receiptDigest) throw mismatch('receipt', doing);
          if (lower(work.order) !== statementDigest('Order', order, domains)) throw mismatch('order', doing);
          if (!isProviders) throw unsigned(receiptDigest, provider);
          const leaf = entryHash(logEntryTypes.Receipt, receiptDigest, receipt.place.leafSalt);
          const anchor = firstAnchor(provider, leaf, work.logIndex, receipt.place, doing);
          const seed = seedOf(anchor, leaf, place, doing);
          const stakeBlock = anchor.block - 1;
          const stake = nodes.stakeAt(auditor, stakeBlock);
          if (
            !isEligible(auditor, provider, lower(order.requester)) ||
            lower(word.draw) !== seed ||
            !isAudited(seed, order.auditRatePpm) ||
            !isDrawn(seed, k, auditor, stake, nodes.totalStakeAt(stakeBlock))
          )
            throw refusal('NotDrawn', { auditor }, doing);
          const own = entryHash(logEntryTypes.AuditReport, reportDigest, report.place.leafSalt);
          const anchored = firstAnchor(auditor, own, word.logIndex, report.place, doing);
          if (BigInt(seedOf(anchored, own, place, doing)) % terms.ticketOdds !== 0n)
            throw refusal('NotWinning', { report: reportDigest }, doing);
          const amount = take(order, terms.ticketOdds * order.auditAmount, doing);
          paid.add(reportDigest);
          tokens.move(order.token, address, auditor, amount, doing);
          return amount;
        });
        return { ...mined, paid: result };
      },
      paid: async report => paid.has(lower(report)),
    }),
  };
}
