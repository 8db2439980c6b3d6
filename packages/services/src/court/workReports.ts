import { refusalOf } from '@koinon/chain';
import { ask, type Dossier, drawForReceipt } from '@koinon/kernel';
import {
  auditVerdicts,
  type Hex,
  logLeafHash,
  type Signed,
  statementDigest,
  verifyStatement,
} from '@koinon/protocol';
import type { CourtTools, LookAgain } from './courtPorts.ts';

const TIMEOUT_MS = 10_000;

/** After a jury refuted a receipt: accuses those whose reports agreed with it, as far as they are known or are handed out. */
export async function workReports(tools: CourtTools, receipt: Hex): Promise<LookAgain> {
  const { ports } = tools;
  const { openings } = tools.evidence;
  const { court } = ports.chain;
  const ground = await court.groundOf(receipt);
  if (ground !== 'jury' && ground !== 'arithmetic') return undefined;
  const dossier = tools.evidence.dossierOf(receipt);
  const signed = openings.get(receipt)?.signed ?? dossier?.receipt;
  if (!signed) return undefined;
  if (dossier) await gatherReports(tools, receipt, dossier);
  for (const report of openings.reports(receipt)) {
    const { message } = report;
    const isLie = message.verdict === auditVerdicts.agrees && message.execution === signed.message.execution;
    const digest = statementDigest('AuditReport', message, ports.deployment);
    if (!isLie || (await court.groundOf(digest))) continue;
    try {
      const { transaction } = await court.accuseReport(report, signed.message, { key: `report:${digest}` });
      ports.journal.note('report-accused', { receipt, auditor: message.auditor, transaction });
    } catch (error) {
      if (refusalOf(error) === undefined) throw error;
    }
  }
  return undefined;
}

/** Asks the auditors whom the lot named for what they reported. */
async function gatherReports(
  { ports, evidence, signal }: CourtTools,
  receipt: Hex,
  dossier: Dossier,
): Promise<void> {
  const { provider, logIndex } = dossier.receipt.message;
  const anchor = await ports.chain.nodes.anchorTransaction(provider, logIndex + 1n);
  if (!anchor) return;
  const leaf = logLeafHash('Receipt', receipt, dossier.leafSalt);
  const { requester } = dossier.order.message;
  const subject = { leaf, anchorBlock: anchor.block, provider, requester };
  const drawn = await drawForReceipt(ports, subject, signal).catch(() => undefined);
  for (const auditor of drawn?.auditors ?? []) {
    if (auditor === ports.signer.address) continue;
    const answer = await ask(
      ports.network,
      auditor,
      'audit.request',
      { provider, receipt },
      { signal, timeoutMs: TIMEOUT_MS },
    ).catch(() => undefined);
    if (answer?.status === 'reported')
      await keepReport(ports.deployment, evidence.openings, auditor, receipt, answer.report);
  }
}

async function keepReport(
  deployment: CourtTools['ports']['deployment'],
  openings: CourtTools['evidence']['openings'],
  auditor: Hex,
  receipt: Hex,
  report: Signed<'AuditReport'>,
): Promise<void> {
  const isItsOwn = report.message.auditor === auditor && report.message.receipt === receipt;
  if (!isItsOwn) return;
  try {
    await verifyStatement('AuditReport', report, deployment, auditor);
    openings.keepReport(report);
  } catch {
    // Nobody can be held to what it did not sign.
  }
}
