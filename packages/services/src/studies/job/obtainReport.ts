import type { NodePorts } from '@koinon/kernel';
import { ask, proveInclusion } from '@koinon/kernel';
import {
  auditVerdicts,
  type Hex,
  type Inclusion,
  KoinonError,
  logLeafHash,
  type Signed,
  verifyStatement,
} from '@koinon/protocol';
import { latestAnchor, type ReceiptStep, wrong } from './checkReceipt.ts';

/** How long an auditor may replay, milliseconds: as long as a provider has to run. */
const AUDIT_PATIENCE_MS = 3_600_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 5_000;

/** How long the other drawn auditors are waited for once one has reported, milliseconds. */
const OTHERS_PATIENCE_MS = 30_000;

export interface AuditQuestion {
  auditor: Hex;
  provider: Hex;
  received: ReceiptStep;
  /** Id of the draw; 32 zero bytes where the owner named the auditor. */
  draw: Hex;
  /** What the provider was given, and where its receipt stands. */
  order: Signed<'Order'>;
  manifest: Uint8Array;
  inclusion: Inclusion;
  /** Told of the report once its signature is checked, and again once its place in the auditor's log is. */
  seen?(report: Signed<'AuditReport'>, isPlaced: boolean): void;
}

/** What an auditor needs of a public job: this node has it all, so the provider's silence keeps nobody away. */
function materialOf({ received, order, manifest, inclusion }: AuditQuestion) {
  const { receipt, leafSalt, opening } = received;
  return opening ? { material: { order, manifest, receipt, leafSalt, opening }, path: inclusion.path } : {};
}

type Reported = Awaited<ReturnType<typeof obtainReport>>;

/**
 * Gets the reports of the drawn auditors: at least one, and those of the others that come soon after it. Throws
 * `K_AUDIT_DIFFERS` as soon as one came to something else, and what the first threw when none reported.
 */
export async function obtainReports(
  ports: Pick<NodePorts, 'network' | 'chain' | 'clock' | 'deployment'>,
  audit: Omit<AuditQuestion, 'auditor'> & { auditors: readonly Hex[] },
  signal: AbortSignal,
): Promise<Reported[]> {
  const { auditors, ...rest } = audit;
  const enough = new AbortController();
  const reports = new Map<Hex, Reported>();
  const failures: unknown[] = [];
  const all = Promise.all(
    auditors.map(async auditor => {
      try {
        reports.set(
          auditor,
          await obtainReport(ports, { auditor, ...rest }, AbortSignal.any([signal, enough.signal])),
        );
      } catch (error) {
        failures.push(error);
        if (isDifference(error)) enough.abort(error);
      }
      if (reports.size === 1)
        void ports.clock.wait(OTHERS_PATIENCE_MS, enough.signal).then(() => enough.abort());
    }),
  );
  await all;
  enough.abort();
  const difference = failures.find(isDifference);
  if (difference !== undefined) throw difference;
  if (reports.size === 0) throw failures[0];
  return auditors.flatMap(auditor => reports.get(auditor) ?? []);
}

function isDifference(error: unknown): boolean {
  return error instanceof KoinonError && error.code === 'K_AUDIT_DIFFERS';
}

/** Gets an auditor's report on the receipt and its place in the auditor's log. Throws `K_AUDIT_DIFFERS`, `K_AUDIT_REFUSED`. */
export async function obtainReport(
  ports: Pick<NodePorts, 'network' | 'chain' | 'clock' | 'deployment'>,
  audit: AuditQuestion,
  signal: AbortSignal,
) {
  const { auditor, provider, received, draw } = audit;
  const question = { provider, receipt: received.digest, ...materialOf(audit) };
  let answer = await ask(ports.network, auditor, 'audit.request', question, { signal });
  const giveUpAtMs = ports.clock.nowMs() + AUDIT_PATIENCE_MS;
  for (let pauseMs = FIRST_PAUSE_MS; answer.status === 'pending'; pauseMs *= 2) {
    if (ports.clock.nowMs() > giveUpAtMs) throw silent(auditor, received.digest);
    await ports.clock.wait(Math.min(pauseMs, LONGEST_PAUSE_MS), signal);
    answer = await ask(ports.network, auditor, 'audit.request', question, { signal });
  }
  if (answer.status === 'refused') {
    throw new KoinonError({
      code: 'K_AUDIT_REFUSED',
      message: `Auditor ${auditor} did not replay the receipt: ${answer.reason}`,
      fault: 'peer',
      data: { auditor, receipt: received.digest },
      next: 'No voucher was signed. Run the study again when the auditor can replay.',
    });
  }
  const { report, leafSalt } = answer;
  const digest = await verifyStatement('AuditReport', report, ports.deployment, auditor);
  const said = report.message;
  if (said.receipt !== received.digest || said.auditor !== auditor || said.draw !== draw) {
    throw wrong('the audit report is about something else');
  }
  if (said.anchorBy > latestAnchor(ports.clock)) throw wrong('the audit report would be anchored too late');
  audit.seen?.(report, false);
  if (said.verdict === auditVerdicts.unavailable) {
    throw new KoinonError({
      code: 'K_AUDIT_UNAVAILABLE',
      message: `Auditor ${auditor} could not replay: ${provider} did not hand out what a replay needs.`,
      fault: 'peer',
      data: { auditor, provider, receipt: received.digest },
      next: 'No voucher was signed. Order from another provider.',
    });
  }
  const isEqual =
    said.verdict === auditVerdicts.agrees && said.execution === received.receipt.message.execution;
  if (!isEqual) {
    throw new KoinonError({
      code: 'K_AUDIT_DIFFERS',
      message: `Auditor ${auditor} replayed the receipt of ${provider} and came to something else.`,
      fault: 'peer',
      data: { auditor, provider, receipt: received.digest, execution: said.execution },
      next: 'No voucher was signed. Both statements are kept as evidence; order from another provider.',
    });
  }
  const leaf = logLeafHash('AuditReport', digest, leafSalt);
  const inclusion = await proveInclusion(
    ports,
    { node: auditor, leaf, leafSalt, index: Number(said.logIndex), untilSeconds: said.anchorBy },
    signal,
  );
  audit.seen?.(report, true);
  return { report, inclusion };
}

function silent(auditor: Hex, receipt: Hex): KoinonError {
  return new KoinonError({
    code: 'K_AUDIT_SILENT',
    message: `Auditor ${auditor} has not come to an end in ${AUDIT_PATIENCE_MS / 1000} s.`,
    fault: 'peer',
    data: { auditor, receipt },
    next: 'No voucher was signed. Run the study again when the auditor can replay.',
  });
}
