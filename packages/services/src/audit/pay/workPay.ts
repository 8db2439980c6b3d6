import type { AuditTerms, Ticket } from '@koinon/chain';
import { refusalOf } from '@koinon/chain';
import { type Dossier, type DossierBook, type NodePorts, placeOf } from '@koinon/kernel';

import { auditVerdicts, fromHex, type Hex, sha256, statementDigest, utf8, ZERO_32 } from '@koinon/protocol';
import type { PayBook, PayEntry, PayProof } from './payBook.ts';
import { provePay } from './provePay.ts';
import { type PayTerms, worthOf } from './worthOf.ts';

/** Blocks after which the value of a round is recorded, where the beacon is of blocks: a chain forgets after 8,191. */
export const KEEP_AFTER_BLOCKS = 4096;
/** Blocks for which every chain knows a hash. */
const KNOWN_BLOCKS = 256;

const FORGOTTEN = 'The chain forgot what decided it before anybody recorded it.';

/** What being paid for audits takes. */
export interface PayTools {
  ports: NodePorts;
  book: PayBook;
  dossiers: DossierBook;
  payTerms: PayTerms;
  terms(): Promise<AuditTerms>;
  signal: AbortSignal;
}

/** When to look again, unix seconds of the chain; undefined when it is done. */
type LookAgain = number | undefined;

type Report = { message: Ticket['report']['message']; signature: Hex; salt: Hex; index: number };

/** Takes one report as far as it goes now; when to look again, unix seconds, or nothing when it is done. */
export async function workPay(tools: PayTools, receipt: Hex): Promise<LookAgain> {
  const { book, dossiers, ports } = tools;
  const entry = book.get(receipt);
  const dossier = dossiers.get(receipt);
  const report = reportOf(ports, receipt);
  if (!entry || ['paid', 'lost', 'closed'].includes(entry.state)) return undefined;
  if (!dossier || !report)
    return close(tools, receipt, 'closed', 'What it is about is not known here any more.');
  const order = dossier.order.message;
  if (order.auditAmount === 0n || report.message.draw === ZERO_32) {
    book.close(receipt, 'closed', 'Its order pays nothing by lot.');
    return undefined;
  }
  const terms = await tools.terms();
  const now = (await ports.chain.block('latest')).timestampSeconds;
  if (!entry.proof) {
    const { heldFrom } = await ports.chain.audits.drawingOf(order.expiresAt);
    if (now >= heldFrom + terms.reportSeconds)
      return close(tools, receipt, 'closed', 'Its proof was not to be had in time.');
    const { is } = await worthOf(ports, order, terms, tools.payTerms);
    if (is === 'unpaid') return close(tools, receipt, 'closed', 'Its order pays too little.');
    const proof = await provePay(ports, receipt, dossier, terms, tools.signal);
    if ('reason' in proof) return close(tools, receipt, 'closed', proof.reason);
    book.prove(receipt, proof);
    return proof.heldFrom;
  }
  if (entry.state === 'waiting' && now >= entry.proof.closesAt)
    return close(tools, receipt, 'closed', 'Its time is over.');
  if (now < entry.proof.heldFrom) {
    const isLost = !(await keepRound(tools, entry, entry.proof));
    return isLost ? close(tools, receipt, 'closed', FORGOTTEN) : entry.proof.heldFrom;
  }
  return draw(tools, entry, entry.proof, dossier, report, now);
}

/** Makes the receipt's round last where the chain is about to forget it; false where it was forgotten already. */
async function keepRound(
  { ports, book }: PayTools,
  { receipt, isKept }: PayEntry,
  proof: PayProof,
): Promise<boolean> {
  const { beacon } = ports.chain;
  if (isKept || beacon.kind !== 'block') return true;
  const { number } = await ports.chain.block('latest');
  if (BigInt(number) < proof.receiptRound + BigInt(KEEP_AFTER_BLOCKS)) return true;
  if (!(await record(ports, proof.receiptRound))) return false;
  book.keep(receipt);
  return true;
}

async function draw(
  tools: PayTools,
  entry: PayEntry,
  proof: PayProof,
  dossier: Dossier,
  report: Report,
  now: number,
): Promise<LookAgain> {
  const { ports, book, payTerms } = tools;
  const { audits, beacon, court } = ports.chain;
  const { receipt } = entry;
  const order = statementDigest('Order', dossier.order.message, ports.deployment);
  const terms = await tools.terms();
  const later = now + Math.max(1, Math.floor(terms.reportSeconds / 8));
  // Where this node was killed while it was paid, the same call tells what came of it.
  if (entry.state !== 'redeeming') {
    if (await audits.paid(order)) return close(tools, receipt, 'closed', 'Its order paid another report.');
    const { is } = await worthOf(ports, dossier.order.message, terms, payTerms);
    if (is !== 'paid') return later;
    const round = await heldRound(tools, proof, now);
    if ('again' in round) return round.again;
    const value = await beacon.known(round.round);
    // A contract knows the hashes of blocks before its own.
    const isEarly =
      beacon.kind === 'block' && BigInt((await ports.chain.block('latest')).number) <= round.round;
    if (!value || isEarly) {
      if (beacon.kind !== 'block') await record(ports, round.round);
      return now + 1;
    }
    if (!(await audits.wins(order, value))) return close(tools, receipt, 'lost', 'Its order did not win.');
    const agrees = report.message.verdict === auditVerdicts.agrees;
    const isFalse = (await court.groundOf(receipt)) !== undefined;
    if (agrees && isFalse) return close(tools, receipt, 'closed', 'The court found otherwise.');
    // "Differs" and "not served" are paid once the court bears them out.
    if (!agrees && !isFalse) return later;
    book.redeem(receipt);
  }
  const reportPlace = await placeOf(ports, report.index, report.salt);
  if (!reportPlace) return later;
  const ticket: Ticket = {
    order: dossier.order,
    receipt: dossier.receipt,
    receiptPlace: proof.receiptPlace,
    report: { message: report.message, signature: report.signature },
    reportPlace,
    k: proof.k,
  };
  return redeem(tools, receipt, order, ticket, proof, { now, later });
}

async function redeem(
  tools: PayTools,
  receipt: Hex,
  order: Hex,
  ticket: Ticket,
  proof: PayProof,
  { now, later }: { now: number; later: number },
): Promise<LookAgain> {
  const { ports, book } = tools;
  const { audits } = ports.chain;
  try {
    const { paid, transaction } = await audits.redeem(ticket, { key: `redeem:${order}` });
    await ports.checkpoint('audit-paid');
    book.pay(receipt, paid);
    ports.journal.note('audit-paid', { receipt, order, amount: paid, transaction });
    return undefined;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    const isPassing = refusal === 'InsufficientFund' || refusal === 'RoundUnknown';
    if (!isPassing || now >= proof.closesAt)
      return close(tools, receipt, 'closed', `It was refused: ${refusal}.`);
    if (refusal === 'InsufficientFund') return later;
    const round = await audits.roundOf(proof.drawing);
    for (const unknown of [proof.receiptRound, ...(round === undefined ? [] : [round])])
      if (!(await record(ports, unknown))) return close(tools, receipt, 'closed', FORGOTTEN);
    return now;
  }
}

/** Makes a round's value last on chain; false when nobody can tell it any more. */
async function record({ chain }: NodePorts, round: bigint): Promise<boolean> {
  try {
    await chain.beacon.record(round, { key: `record:${round}` });
    return true;
  } catch (error) {
    const { number } = await chain.block('latest');
    const isForgotten = chain.beacon.kind === 'block' && BigInt(number) > round + BigInt(KNOWN_BLOCKS);
    if (refusalOf(error) === undefined || !isForgotten) throw error;
    return false;
  }
}

/** The round of the drawing; held by this node when nobody did after a moment that differs from node to node. */
async function heldRound(
  { ports, terms }: PayTools,
  { drawing, heldFrom }: PayProof,
  now: number,
): Promise<{ round: bigint } | { again: number }> {
  const { audits } = ports.chain;
  const known = await audits.roundOf(drawing);
  if (known !== undefined) return { round: known };
  const { reportSeconds } = await terms();
  const lot = sha256(fromHex(ports.signer.address), utf8.encode(`${drawing}`));
  const spread = ((lot[0]! << 8) | lot[1]!) % Math.max(1, Math.floor(reportSeconds / 8));
  if (now < heldFrom + spread) return { again: heldFrom + spread };
  const { round, transaction } = await audits.hold(drawing, { key: `hold:${drawing}` });
  ports.journal.note('drawing-held', { drawing, round, transaction });
  return { round };
}

function reportOf({ store }: NodePorts, receipt: Hex): Report | undefined {
  const entry = store.log.byKey(`audit:${receipt}`);
  if (entry?.type !== 'AuditReport') return undefined;
  const { message, signature, salt } = entry;
  return { message, signature, salt, index: Number(message.logIndex) };
}

function close({ book, ports }: PayTools, receipt: Hex, state: 'lost' | 'closed', reason: string): undefined {
  book.close(receipt, state, reason);
  ports.journal.note('audit-pay-closed', { receipt, state, reason });
  return undefined;
}
