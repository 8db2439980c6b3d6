import {
  type Domains,
  type ExecutionOpening,
  executionCommitment,
  type Hex,
  type Message,
  type StatementType,
  statementDigest,
  ZERO_32,
} from '@koinon/protocol';
import type { CourtTerms, Ground } from '../../court.ts';
import { type CourtBook, emptyCourtBook, enterFact, type IndexedFact } from '../../index/courtBook.ts';
import type { ChainEvent } from '../../interfaces.ts';
import { lower } from '../../lower.ts';
import { refusal } from '../../transactions/revert.ts';
import type { AuditBook } from '../audits.ts';
import type { BeaconBook } from '../beacon.ts';
import type { EscrowBook } from '../escrow.ts';
import type { ActionPlace, Ledger } from '../ledger.ts';
import type { NodeBook } from '../nodes.ts';
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

/** What one transaction may do: where it stands, and who hears of it. */
export interface Hearing {
  place: ActionPlace;
  tell(event: ChainEvent): void;
}

/** What all kinds of evidence share: convictions, money, and what is held of whom. */
export interface Bench extends CourtParts {
  book: CourtBook;
  /** What of a receipt's amount the court keeps until its dispute is decided. */
  frozen: Map<Hex, { token: Hex; payee: Hex; amount: bigint }>;
  digest<T extends StatementType>(type: T, message: Message<T>): Hex;
  ground(statement: Hex): Ground | undefined;
  find(statement: Hex, ground: Ground): void;
  enter(hearing: Hearing, fact: Omit<IndexedFact, 'block' | 'transaction'>): void;
  owe(token: Hex, account: Hex, amount: bigint): void;
  owed(token: Hex, account: Hex): bigint;
  /** Takes a bond in KOIN. */
  take(account: Hex, amount: bigint, doing: string): void;
  burn(amount: bigint): void;
  /** Takes the whole stake that nothing else holds, and `held` of what is held; into the court. */
  slashAll(accused: Hex, held: bigint, hearing: Hearing): bigint;
}

export function bench(parts: CourtParts): Bench {
  const { tokens, nodes, address, koin, domains } = parts;
  const book = emptyCourtBook();
  const grounds = new Map<Hex, Ground>();
  const debts = new Map<string, bigint>();
  const at = (token: Hex, account: Hex) => `${lower(token)}:${lower(account)}`;

  return {
    ...parts,
    book,
    frozen: new Map(),
    digest: (type, message) => statementDigest(type, message, domains),
    ground: statement => grounds.get(lower(statement)),
    find: (statement, ground) => void grounds.set(statement, ground),
    enter({ place, tell }, fact) {
      tell(enterFact(book, { ...fact, block: place.block, transaction: place.transaction }));
    },
    owe(token, account, amount) {
      if (amount > 0n) debts.set(at(token, account), (debts.get(at(token, account)) ?? 0n) + amount);
      else if (amount < 0n) debts.delete(at(token, account));
    },
    owed: (token, account) => debts.get(at(token, account)) ?? 0n,
    take: (account, amount, doing) => tokens.move(koin, account, address, amount, doing),
    burn: amount => tokens.burn(koin, address, amount),
    slashAll(accused, held, { place, tell }) {
      const { active, unstaking, locked } = nodes.stakeOf(accused);
      const free = active + unstaking - locked;
      const amount = free + held;
      if (amount === 0n) return 0n;
      nodes.lock(accused, free, 'slashing');
      nodes.slash(accused, amount, address, place, tell);
      return amount;
    },
  };
}

export const mismatch = (what: string, doing: string) => refusal('EvidenceMismatch', { what }, doing);

/** Refuses an opening that is not what the statement's `execution` commits to. */
export function requireOpening(execution: Hex, opening: ExecutionOpening, doing: string): void {
  if (executionCommitment(opening) !== lower(execution)) throw mismatch('opening', doing);
}

/** Whether two openings say the same of one manifest; their salts may differ. */
export function sayTheSame(a: ExecutionOpening, b: ExecutionOpening): boolean {
  return (
    a.exitCode === b.exitCode &&
    a.fuel === b.fuel &&
    lower(a.rawOutput) === lower(b.rawOutput) &&
    lower(a.trace) === lower(b.trace)
  );
}

export const NO_ID = ZERO_32;
