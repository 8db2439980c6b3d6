import { refusalOf } from '@koinon/chain';
import { type Finding, numberAnchors } from '@koinon/kernel';
import { type Hex, logEntryTypes } from '@koinon/protocol';
import type { CourtTools, LookAgain } from './courtPorts.ts';

/** Refusals after which there is no use in trying again. */
const FINAL = new Set([
  'AlreadyRaised',
  'TooOld',
  'NoContradiction',
  'EvidenceMismatch',
  'BadSignature',
  'OutOfOffice',
]);

/** Brings before the court what the monitor found wrong with a log. */
export async function workFinding(tools: CourtTools, id: Hex): Promise<LookAgain> {
  const { faults, ports } = tools;
  const record = faults.get(id);
  if (record?.state !== 'open') return undefined;
  try {
    const did = await bring(tools, record.finding, id);
    faults.settle(id, did);
    ports.journal.note('finding-brought', {
      finding: id,
      kind: record.finding.kind,
      node: record.finding.node,
      did,
    });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === 'NotNow') return (await tools.chainSeconds()) + 1;
    if (refusal === undefined || !FINAL.has(refusal)) throw error;
    faults.settle(id, `The court refused it: ${refusal}.`);
  }
  return undefined;
}

/** What was done, in words. */
async function bring(tools: CourtTools, finding: Finding, id: Hex): Promise<string> {
  const { court } = tools.ports.chain;
  const options = { key: `finding:${id}` };
  switch (finding.kind) {
    case 'omission': {
      const { statement } = finding;
      if (statement.type === 'Receipt') await court.accuseOmittedReceipt(statement.signed, options);
      else await court.accuseOmittedReport(statement.signed, options);
      return 'Accused of omission.';
    }
    case 'misplaced': {
      const { statement, there, path } = finding;
      if (statement.type !== 'Receipt') return 'The court hears of misplaced receipts only.';
      const anchorIndex = await anchorIndexOf(tools, finding.node, finding.anchor);
      const place = { leafSalt: there.leafSalt, anchorIndex, path };
      const found = { entryType: logEntryTypes[there.type], digest: there.digest, place };
      await court.accuseMisplacedReceipt(statement.signed, found, options);
      return 'Accused of another entry in its place.';
    }
    case 'heads':
      await court.accuseHeads(finding.a, finding.b, options);
      return 'Accused of a fork.';
    case 'head':
      await court.accuseHead(finding.head, await anchorIndexOf(tools, finding.node, finding.anchor), options);
      return 'Accused of a fork.';
    case 'unproven': {
      const { statement } = finding;
      if (statement.type !== 'Receipt') return 'The court hears of receipts that were not shown only.';
      const order = tools.evidence.orderOf(statement.signed.message.order);
      if (!order) return 'Its order is not known here.';
      await court.demand(statement.signed, order, 'inclusion', 0n, options);
      return 'Demanded its inclusion.';
    }
    case 'inconsistent': {
      if (!finding.head) return 'No signed head is at hand.';
      const anchorIndex = await anchorIndexOf(tools, finding.node, finding.later);
      await court.demandConsistency(finding.head, anchorIndex, options);
      return 'Demanded consistency.';
    }
  }
}

/** An anchor's number as it is now: a reorganisation may have moved it. */
async function anchorIndexOf(
  { ports }: CourtTools,
  node: Hex,
  anchor: { index: number; size: bigint; root: Hex },
): Promise<bigint> {
  const anchors = numberAnchors(await ports.chain.nodes.anchors(node));
  const found = anchors.find(({ size, root }) => size === anchor.size && root === anchor.root);
  return BigInt(found?.index ?? anchor.index);
}
