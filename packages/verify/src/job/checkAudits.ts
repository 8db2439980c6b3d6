import {
  type AuditEvidence,
  assurances,
  auditVerdicts,
  drawAuditors,
  drawId,
  type Hex,
  logLeafHash,
  statementDigest,
  verifyStatement,
  ZERO_32,
} from '@koinon/protocol';
import { type Check, failed, type Outcome, ok, skipped } from '../check.ts';
import { count, list, short } from '../words.ts';
import { checkCourt } from './checkCourt.ts';
import { checkInclusion } from './checkInclusion.ts';
import { checkLot } from './checkLot.ts';
import type { JobContext } from './context.ts';

/** The replays by others: who made them, how they were chosen, and what they came to. */
export async function* checkAudits(context: JobContext): AsyncGenerator<Check> {
  const { evidence, check, manifest } = context;
  const { audits } = evidence;
  const { assurance } = evidence.order.message;
  yield await check('audit.present', 'Somebody else replayed the work, as the order asks.', () => {
    const isAsked = assurance === assurances.replay || assurance === assurances['owner-audited'];
    if (audits.length > 0) return ok(`${count(audits.length, 'report')}.`);
    if (evidence.lot && !manifest?.private) {
      return skipped(
        'Nobody: the lot let it pass, as the check of the coin says. Its signer’s stake stands for it.',
      );
    }
    return isAsked
      ? failed('There is no report.', 'Nobody has checked the provider’s word.')
      : skipped('The order asks for no replay: this is the provider’s word, which its stake stands for.');
  });
  const auditors = new Set<string>();
  for (const [i, audit] of audits.entries()) {
    const { auditor } = audit.report.message;
    yield* checkAudit(context, audit, i === 0 ? 'audit' : `audit.${i + 1}`, auditors.has(auditor));
    auditors.add(auditor);
  }
  const drawn = drawnOf(context);
  if (drawn.length === 0) return;
  yield await check('audit.everyone', 'Everybody whom the lot fell on has reported.', () => {
    const missing = drawn.filter(auditor => !auditors.has(auditor));
    return missing.length === 0
      ? ok(`${count(drawn.length, 'node')} drawn: ${list(drawn.map(short))}.`)
      : skipped(
          `${list(missing.map(short))} ${missing.length === 1 ? 'was' : 'were'} drawn too, and no report is here. An auditor that stays silent pays for it; the other reports stand.`,
        );
  });
}

/** Everybody the lot of the reports falls on; empty where none was drawn, or the draw is no draw. */
function drawnOf({ evidence, digests }: JobContext): Hex[] {
  const choice = evidence.audits.map(audit => audit.choice).find(choice => choice.by === 'lot');
  if (choice?.by !== 'lot') return [];
  const leaf = logLeafHash('Receipt', digests.receipt, evidence.inclusion.leafSalt);
  return drawAuditors(drawId(choice.beacon, leaf), choice.candidates, choice.total)?.auditors ?? [];
}

async function* checkAudit(
  context: JobContext,
  audit: AuditEvidence,
  prefix: string,
  isRepeated: boolean,
): AsyncGenerator<Check> {
  const { evidence, check, domains, digests, sources } = context;
  const { report, inclusion, choice } = audit;
  const said = report.message;
  const { message: receipt } = evidence.receipt;
  const { message: order } = evidence.order;

  yield await check(`${prefix}.signature`, 'The report was signed by the auditor it names.', async () => {
    await verifyStatement('AuditReport', report, domains, said.auditor, sources.recover);
    return ok(`Signed by ${short(said.auditor)}.`);
  });
  yield await check(`${prefix}.receipt`, 'The report is about this receipt.', () =>
    said.receipt === digests.receipt
      ? ok(`It names receipt ${short(said.receipt)}.`)
      : failed(
          `It names receipt ${short(said.receipt)}, this one is ${short(digests.receipt)}.`,
          'A report on other work was put in its place.',
        ),
  );
  yield await check(`${prefix}.agrees`, 'The auditor came to the same result.', () => {
    if (said.verdict === auditVerdicts.unavailable) {
      return failed('The auditor could not get what it needed.', 'Nobody has checked the provider’s word.');
    }
    return said.verdict === auditVerdicts.agrees && said.execution === receipt.execution
      ? ok(`The same exit, fuel, output and trace: ${short(said.execution)}.`)
      : failed(
          `It says ${short(said.execution)}, the provider ${short(receipt.execution)}.`,
          'One of the two signed for something that did not happen.',
        );
  });
  yield await check(`${prefix}.independent`, 'The auditor is neither the provider nor the requester.', () => {
    if (isRepeated)
      return failed('The same auditor stands here twice.', 'Two reports of one node are one report.');
    return said.auditor !== receipt.provider && said.auditor !== order.requester
      ? ok(`${short(said.auditor)} is a third.`)
      : failed('It is one of the two.', 'Nobody can vouch for his own work.');
  });
  yield* checkInclusion(check, sources, {
    prefix: `${prefix}.log`,
    what: 'report',
    signer: said.auditor,
    logIndex: said.logIndex,
    leaf: logLeafHash('AuditReport', statementDigest('AuditReport', said, domains), inclusion.leafSalt),
    inclusion,
    anchorBy: said.anchorBy,
  });
  yield await checkCourt(context, {
    id: `${prefix}.court`,
    what: 'report',
    statement: statementDigest('AuditReport', said, domains),
  });
  if (choice.by === 'owner') {
    yield await check(`${prefix}.choice`, 'The auditor is the one the data owner named.', () =>
      named(context, audit),
    );
  } else {
    yield* checkLot(context, audit, choice, prefix);
  }
}

function named({ evidence, manifest }: JobContext, { report }: AuditEvidence): Outcome {
  const { grant } = evidence;
  const { auditor, draw } = report.message;
  if (!grant || manifest?.private === false) {
    return failed(
      'There is no data owner: the work is public.',
      'The auditor must be drawn by lot, or somebody chose a friend.',
    );
  }
  if (grant.message.auditor !== auditor || evidence.order.message.auditor !== auditor) {
    return failed(
      `The owner named ${short(grant.message.auditor)}, the report is by ${short(auditor)}.`,
      'Somebody chose another auditor.',
    );
  }
  return draw === ZERO_32
    ? ok(
        `${short(auditor)}. Nobody else may see the rows, so this part rests on the owner’s and the auditor’s word.`,
      )
    : failed('The report speaks of a lot.', 'It was made for other work.');
}
