import type { TableDescription } from './description.ts';
import type { Manifest } from './manifest.ts';

/** What a request for private rows asks, in words: the same on the page and at the terminal. Imports nothing at run time. */

/** What is known of a program that a request names. */
export type ProgramShown =
  | { cid: string; name: string }
  | {
      cid: string;
      bytes: number;
      sha256: string;
      imports?: string[] | undefined;
      refused?: string | undefined;
    }
  | { cid: string; unread: string };

/** What an owner is shown of a request, as far as words are made of it; bits of statements as numbers or decimal text. */
export interface RequestShown {
  status: 'pending' | 'approved' | 'denied' | 'expired' | 'used' | 'revoked';
  request: { message: { terms: string; bits: bigint | string; uses: number } };
  bound?: { bits: number; opaqueBits: number } | undefined;
  refusals: readonly { message: string }[];
  charged?: { requesterYear: number; year: number; total: number } | undefined;
  caps?: { requesterYear: number; year: number; total: number } | undefined;
}

/** What the owner says yes to, as the node takes it. */
export interface ApprovalBody {
  terms: string;
  bits: string;
  uses: number;
  /** Bits of files that leave as they are, where there are any. */
  confirmBits?: number;
}

/** How a request stands, in a word. */
export const requestStateWords: Readonly<Record<RequestShown['status'], string>> = {
  pending: 'waiting',
  approved: 'granted',
  denied: 'denied',
  expired: 'expired',
  used: 'used',
  revoked: 'revoked',
};

/** Bits a cell of a number column is put at. */
const NUMBER_BITS = 8;
/** How `rowBits` comes about. */
export const ROW_BITS_RULE =
  'A row is put at 8 bits for each number, and for each category at the logarithm of its words and one more.';

/** The program of a request, as a clause. */
export function programClause(program: ProgramShown): string {
  if ('name' in program) return `${program.name}, which Koinon ships`;
  const stranger = 'a program Koinon does not ship';
  if ('unread' in program) return `${stranger}, and which was not read: ${program.unread}`;
  const { bytes, sha256, imports, refused } = program;
  const named = imports?.length === 0 ? ', imports nothing' : `, imports ${imports?.join(', ')}`;
  return [
    `${stranger}: ${grouped(bytes)} bytes, sha-256 ${sha256}`,
    imports === undefined ? '' : named,
    refused === undefined ? '' : `; no node would run it: ${refused}`,
  ].join('');
}

/** What a file is that the program reads, as a clause. */
export function inputClause({ source }: Pick<Manifest['inputs'][number], 'source'>): string {
  if ('cid' in source) return `the public file ${source.cid}`;
  if ('candidate' in source)
    return 'a model made elsewhere, to be measured; who asks names it with each use, and it must be of a class the gate knows, over these columns';
  const { id, rows } = source.dataset;
  return `your rows ${rows === 'training' ? 'to train on' : 'held back from training'}, of dataset ${id}`;
}

/** What a file is that may leave, as a clause. */
export function outputClause({ class: kind, maxBytes }: Manifest['outputs'][number]): string {
  const size = `at most ${grouped(maxBytes)} bytes`;
  if (kind === 'table') return `anything at all, as the program writes it, ${size}`;
  const what = {
    model: 'a model',
    metrics: 'figures about the training',
    evaluation: 'figures about a model on other rows',
  }[kind];
  return `${what}, written anew by the gate, ${size}`;
}

/** Bits that one row takes to write down, at a guess from what is public. */
export function rowBits({ columns }: Pick<TableDescription, 'columns'>): number {
  const bits = columns.reduce(
    (sum, column) => sum + (column.type === 'number' ? NUMBER_BITS : Math.log2(column.dictionary.length + 1)),
    0,
  );
  return Math.max(1, Math.round(bits));
}

/** What so many bits could hold, as a clause; of rows only where it is known how long one is. */
export function bitsClause(bits: number, bitsOfRow?: number): string {
  const questions = `as much as ${grouped(bits)} yes/no questions about the rows`;
  if (bitsOfRow === undefined) return questions;
  const rows = Math.round(bits / bitsOfRow);
  const held = rows < 1 ? 'less than one row' : `about ${grouped(rows)} ${rows === 1 ? 'row' : 'rows'}`;
  return `${questions}; ${held} of ${grouped(bitsOfRow)} bits, were it made to do nothing else`;
}

/** Bits of the bound that each cap knows: charged before, with all uses of this request, and the cap. */
export function capsOf({ charged, caps, bound, request }: RequestShown): {
  of: string;
  charged: number;
  after: number;
  cap: number;
}[] {
  if (!charged || !caps) return [];
  const more = (bound?.bits ?? 0) * request.message.uses;
  return (
    [
      ['this requester in a year', 'requesterYear'],
      ['all in a year', 'year'],
      ['all, ever', 'total'],
    ] as const
  ).map(([of, key]) => ({ of, charged: charged[key], after: charged[key] + more, cap: caps[key] }));
}

/** Why there is nothing to say yes to, as a sentence; undefined where there is. */
export function whyNoYes({
  status,
  refusals,
  bound,
  request: { message },
}: RequestShown): string | undefined {
  if (status !== 'pending') return `The request is ${requestStateWords[status]}.`;
  if (refusals[0]) return refusals[0].message;
  if (!bound) return 'No bound is known for what it asks.';
  if (String(bound.bits) === String(message.bits)) return undefined;
  return `It speaks of ${message.bits} bits, and one use can tell ${bound.bits}.`;
}

/** What the owner types to say yes, and what for files that would leave as they are. */
export function yesPhrases({ bound }: Pick<RequestShown, 'bound'>): { grant: string; opaque?: string } {
  const { bits = 0, opaqueBits = 0 } = bound ?? {};
  return { grant: `${bits} bits`, ...(opaqueBits > 0 ? { opaque: `${opaqueBits} bits unread` } : {}) };
}

/** The yes to exactly what was shown. */
export function approvalOf({ request: { message }, bound }: RequestShown): ApprovalBody {
  const { terms, uses } = message;
  const { bits = 0, opaqueBits = 0 } = bound ?? {};
  return { terms, bits: String(bits), uses, ...(opaqueBits > 0 ? { confirmBits: opaqueBits } : {}) };
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
