import {
  type Domains,
  type ExecutionOpening,
  executionCommitment,
  type Hex,
  type Message,
  type Receipt,
  type StatementType,
  statementDigest,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { type CourtBook, emptyCourtBook, enterFact, type IndexedFact } from '../../evm/index/courtBook.ts';
import { refusal } from '../../evm/transactions/revert.ts';
import { lower } from '../../lower.ts';
import type { ChainEvent } from '../../port/chain.ts';
import type { CaseView, CourtTerms, Ground } from '../../port/court.ts';
import type { AuditBook } from '../audits.ts';
import type { BeaconBook } from '../beacon.ts';
import type { EscrowBook } from '../escrow.ts';
import type { ActionPlace, Ledger } from '../ledger.ts';
import type { NodeBook, StoodAt } from '../nodes.ts';
import type { SignatureCheck } from '../signatureCheck.ts';
import type { TokenBook } from '../tokens.ts';

export interface CourtParts {
  ledger: Ledger;
  tokens: TokenBook;
  nodes: NodeBook;
  escrow: EscrowBook;
  audits: AuditBook;
  beacon: BeaconBook;
  domains: Domains;
  address: Hex;
  koin: Hex;
  terms: CourtTerms;
  check: SignatureCheck;
}

/** One transaction: where it stands, who sent it, and who hears of it. */
export interface Hearing {
  place: ActionPlace;
  by: Hex;
  tell(event: ChainEvent): void;
}

/** What a sentence owes the jurors of a dispute. */
export interface Costs {
  receipt: Hex;
  accuser: Hex;
  fees: bigint;
  reward: bigint;
}

interface Sentence {
  amount: bigint;
  bountyTo: Hex;
}

type Case = { lien: bigint; frozen: bigint; open: number; at: number };

/** What all kinds of evidence share (CourtBase.sol): liens on stake, convictions, and the KOIN the court owes. */
export interface Bench extends CourtParts {
  book: CourtBook;
  planted: Set<Hex>;
  /** Receipts that a replay showed to be false. */
  refuted: Set<Hex>;
  /** Filled by the juries. */
  costs: Map<Hex, Costs>;
  /** Filled by the money: what becomes of a receipt's amount. */
  freeze(statement: Hex, receipt: Receipt, place: ActionPlace): void;
  giveBack(statement: Hex, place: ActionPlace): void;
  digest<T extends StatementType>(type: T, message: Message<T>): Hex;
  requireSigned(isSigned: boolean, digest: Hex, signer: Hex, doing: string): void;
  requireUndecided(statement: Hex, doing: string): void;
  /** Within a window of its anchorBy a signer's stake cannot have left. */
  requireRecent(anchorBy: bigint, place: ActionPlace, doing: string): void;
  ground(statement: Hex): Ground | undefined;
  find(statement: Hex, ground: Ground): void;
  enter(hearing: Hearing, fact: Omit<IndexedFact, 'block' | 'transaction'>): void;
  /** Takes a bond in KOIN. */
  take(account: Hex, amount: bigint, doing: string): void;
  owe(account: Hex, amount: bigint): void;
  owed(account: Hex): bigint;
  settleOwed(account: Hex): void;
  burnLater(amount: bigint): void;
  burnAll(): void;
  lockUpTo(node: Hex, most: bigint): bigint;
  /** Takes up to `most` to burn. */
  fine(node: Hex, most: bigint, hearing: Hearing): bigint;
  caseOf(statement: Hex): Case;
  viewCase(statement: Hex): CaseView;
  enterCase(statement: Hex, node: Hex, place: ActionPlace): void;
  leaveCase(hearing: Hearing, statement: Hex, node: Hex): void;
  /** Ends a hold that was taken then. */
  lift(hearing: Hearing, node: Hex, amount: bigint, takenAt: number): void;
  takeLien(statement: Hex): bigint;
  convict(
    hearing: Hearing,
    it: { accused: Hex; statement: Hex; dispute?: Hex; ground: Ground; accuser: Hex; bountyTo: Hex },
  ): bigint;
  sentence(accused: Hex, id: Hex, amount: bigint, bountyTo: Hex): void;
  sentenceOf(accused: Hex, id: Hex): Sentence | undefined;
  /** What may be paid out of a sentence. */
  payable(statement: Hex, amount: bigint): bigint;
  /** False where nothing was to be done. */
  enforce(hearing: Hearing, accused: Hex, id: Hex): boolean;
  /** Anchor `index` of a node, and whether it was the first to cover the leaf. */
  firstAnchor(
    node: Hex,
    index: bigint,
    logIndex: bigint,
    doing: string,
  ): { anchor: StoodAt; isFirst: boolean };
}

const FAR = 2n ** 256n;

export function bench(parts: CourtParts): Bench {
  const { tokens, nodes, address, koin, domains, terms } = parts;
  const book = emptyCourtBook();
  const grounds = new Map<Hex, Ground>();
  const debts = new Map<Hex, bigint>();
  const cases = new Map<Hex, Case>();
  const sentences = new Map<string, Sentence>();
  /** When a node was convicted while cases held some of its stake. */
  const condemnedAt = new Map<Hex, number>();
  let burnable = 0n;

  const it: Bench = {
    ...parts,
    book,
    planted: new Set(),
    refuted: new Set(),
    costs: new Map(),
    freeze: () => undefined,
    giveBack: () => undefined,
    digest: (type, message) => statementDigest(type, message, domains),
    requireSigned(isSigned, digest, signer, doing) {
      if (!isSigned) throw refusal('BadSignature', { digest, signer }, doing);
    },
    requireUndecided(statement, doing) {
      if (grounds.has(statement)) throw refusal('AlreadyRaised', { id: statement }, doing);
    },
    requireRecent(anchorBy, { timestamp }, doing) {
      const deadline = anchorBy + BigInt(terms.evidenceSeconds);
      if (BigInt(timestamp) >= deadline) throw refusal('TooOld', { deadline }, doing);
    },
    ground: statement => grounds.get(lower(statement)),
    find(statement, ground) {
      if (!grounds.has(statement)) grounds.set(statement, ground);
      if (ground === 'jury' || ground === 'arithmetic') it.refuted.add(statement);
    },
    enter({ place, tell }, fact) {
      tell(enterFact(book, { ...fact, block: place.block, transaction: place.transaction }));
    },
    take: (account, amount, doing) => tokens.move(koin, account, address, amount, doing),
    owe(account, amount) {
      if (amount > 0n) debts.set(account, (debts.get(account) ?? 0n) + amount);
    },
    owed: account => debts.get(account) ?? 0n,
    settleOwed: account => void debts.delete(account),
    burnLater(amount) {
      burnable += amount;
    },
    burnAll() {
      tokens.burn(koin, address, burnable);
      burnable = 0n;
    },
    lockUpTo(node, most) {
      const { active, unstaking, locked } = nodes.stakeOf(node);
      const available = active + unstaking - locked;
      const amount = available < most ? available : most;
      nodes.lock(node, amount, 'the court');
      return amount;
    },
    fine(node, most, { place, tell }) {
      const taken = it.lockUpTo(node, most);
      if (taken > 0n) nodes.slash(node, taken, address, place, tell);
      burnable += taken;
      return taken;
    },
    caseOf(statement) {
      const known = cases.get(statement);
      if (known !== undefined) return known;
      const fresh = { lien: 0n, frozen: 0n, open: 0, at: 0 };
      cases.set(statement, fresh);
      return fresh;
    },
    viewCase(statement) {
      const { at, ...rest } = cases.get(lower(statement)) ?? { lien: 0n, frozen: 0n, open: 0, at: 0 };
      return { ...rest, at: at === 0 ? undefined : at };
    },
    enterCase(statement, node, place) {
      const about = it.caseOf(statement);
      if (about.open++ !== 0) return;
      about.at = place.timestamp;
      if (!grounds.has(statement)) about.lien = it.lockUpTo(node, terms.lien);
    },
    leaveCase(hearing, statement, node) {
      const about = it.caseOf(statement);
      if (--about.open !== 0) return;
      const { lien, at } = about;
      about.lien = 0n;
      about.at = hearing.place.timestamp;
      it.lift(hearing, node, lien, at);
      if (!grounds.has(statement) || it.planted.has(statement)) it.giveBack(statement, hearing.place);
    },
    lift({ place, tell }, node, amount, takenAt) {
      if (amount === 0n) return;
      if ((condemnedAt.get(node) ?? 0) < takenAt) nodes.unlock(node, amount);
      else {
        // All stake of who was convicted meanwhile is forfeit, this part too.
        nodes.slash(node, amount, address, place, tell);
        burnable += amount;
      }
    },
    takeLien(statement) {
      const about = cases.get(statement);
      const lien = about?.lien ?? 0n;
      if (about !== undefined) about.lien = 0n;
      return lien;
    },
    convict(hearing, { accused, statement, dispute, ground, accuser, bountyTo }) {
      it.find(statement, ground);
      const lien = it.takeLien(statement);
      if (nodes.stakeOf(accused).locked > lien) condemnedAt.set(accused, hearing.place.timestamp);
      const amount = lien + it.lockUpTo(accused, FAR);
      it.sentence(accused, dispute ?? statement, amount, bountyTo);
      it.enter(hearing, {
        what: 'convicted',
        id: dispute ?? ZERO_32,
        who: accuser,
        accused,
        details: { accused, statement, ground, slashed: String(amount) },
      });
      return amount;
    },
    sentence(accused, id, amount, bountyTo) {
      if (amount === 0n) return;
      const key = `${accused}:${id}`;
      sentences.set(key, { amount: (sentences.get(key)?.amount ?? 0n) + amount, bountyTo });
    },
    sentenceOf: (accused, id) => sentences.get(`${lower(accused)}:${lower(id)}`),
    payable(statement, amount) {
      // For a planted fault only costs were locked.
      return it.planted.has(statement) && it.refuted.has(statement) ? amount : amount / 4n;
    },
    enforce(hearing, accused, id) {
      const key = `${accused}:${id}`;
      const sentence = sentences.get(key);
      if (sentence === undefined) return false;
      const { amount, bountyTo } = sentence;
      sentences.delete(key);
      nodes.slash(accused, amount, address, hearing.place, hearing.tell);
      const costs = it.costs.get(id);
      // Where there is something to enforce, the accuser's bond comes back with it.
      if (costs !== undefined) it.owe(costs.accuser, terms.accuseBond);
      const fees = costs?.fees ?? 0n;
      const most = it.payable(costs?.receipt ?? id, amount) - fees;
      const wanted = costs === undefined ? terms.evidenceBounty : terms.bounty;
      const bounty = bountyTo === ZERO_ADDRESS ? 0n : wanted < most ? wanted : most;
      it.owe(bountyTo, bounty);
      burnable += amount - fees - bounty;
      it.enter(hearing, {
        what: 'enforced',
        id,
        accused,
        details: {
          accused,
          ...{ slashed: String(amount), bountyTo, bounty: String(bounty), fees: String(fees) },
        },
      });
      return true;
    },
    firstAnchor(node, index, logIndex, doing) {
      const anchor = nodes.anchorAt(node, index, doing);
      const isFirst =
        anchor.size > logIndex && (index === 0n || nodes.anchorAt(node, index - 1n, doing).size <= logIndex);
      return { anchor, isFirst };
    },
  };
  return it;
}

export const mismatch = (what: string, doing: string) => refusal('EvidenceMismatch', { what }, doing);

/** Refuses an opening that is not what the statement's `execution` commits to. */
export function requireOpening(execution: Hex, opening: ExecutionOpening, doing: string): void {
  if (executionCommitment(opening) !== lower(execution)) throw mismatch('opening', doing);
}

/** Values of an event as a fact holds them. */
export function texts(values: Record<string, string | number | bigint>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]));
}
