import { type JobName, type JobPhase, stepName, stepResults } from '@koinon/api';
import type { AuditRecord, ChannelBook, Evidence, NodePorts, Payer, Workflows } from '@koinon/kernel';
import {
  ask,
  drawForReceipt,
  fundChannel,
  nowSeconds,
  proveInclusion,
  rateFor,
  tossFor,
} from '@koinon/kernel';
import {
  type Assurance,
  AUDIT_RATE_ALWAYS_PPM,
  assurances,
  auditVerdicts,
  cidOfDigest,
  DAG_CBOR,
  decodeManifest,
  type Hex,
  isAudited as isAuditedBy,
  type JobEvidence,
  jobEvidenceSchema,
  KoinonError,
  logLeafHash,
  type Signed,
  sha256,
  signStatement,
  statementDigest,
  toHex,
  utf8,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import type { z } from 'zod';
import type { AuditFund } from '../auditFund.ts';
import { checkReceipt, fetchOutputs } from './checkReceipt.ts';

import { obtainReport, obtainReports } from './obtainReport.ts';

/** How long a provider has to run an order, seconds. */
const ORDER_SECONDS = 3600n;
/** Audited work must be covered by stake of the same number of base units while its claim can be slashed. */
const FULL_COVERAGE = 10n ** 18n;
const STATUS_WAIT_MS = 15_000;
const STATUS_PAUSE_MS = 1_000;

export interface JobRequest {
  provider: Hex;
  manifest: Uint8Array;
  grant?: Signed<'Grant'> | undefined;
  token: Hex;
  maxAmount: bigint;
  assurance: Assurance;
  /** Providers that do the same work, and the digest of how they are compared; for `redundant`. */
  replicas?: number;
  comparator?: Hex;
  /** Least share of receipts that is replayed, ppm. */
  leastAuditRatePpm?: number;
  /** Awaited once the outputs are here and before they are paid; what it throws keeps the money. */
  accept?(outputs: JobEvidence['outputs']): Promise<void>;
}

/** What ordering a job takes. */
export interface JobServices {
  workflows: Workflows;
  channels: ChannelBook;
  payer: Payer;
  record: AuditRecord;
  evidence: Evidence;
  /** Pays those who audit; without one they work unpaid. */
  auditFund?: AuditFund;
}

/**
 * Has a manifest run by a provider, from funding to payment, and returns the evidence. The voucher is signed only after
 * the receipt stands in the anchored log and an auditor this node did not choose has replayed it to the same bytes.
 * Every step is durable: called again after a crash it goes on where it was.
 */
export async function performJob(
  ports: NodePorts,
  services: JobServices,
  workflow: string,
  job: JobName,
  request: JobRequest,
  signal: AbortSignal,
): Promise<JobEvidence> {
  const { network, signer, deployment, clock } = ports;
  const { workflows, channels, payer, record } = services;
  const step = <S extends z.ZodType>(
    phase: JobPhase,
    resultSchema: S,
    run: () => Promise<z.input<S> | z.output<S>>,
  ) => workflows.step(workflow, stepName(job, phase), resultSchema, run, signal);
  const { provider, maxAmount, token } = request;
  const manifest = decodeManifest(request.manifest);
  const least = request.leastAuditRatePpm ?? 0;
  const isAudited =
    request.assurance === 'replay' ||
    request.assurance === 'owner-audited' ||
    (request.assurance === 'redundant' && least > 0);

  const funded = await step('channel', stepResults.channel, () =>
    fundChannel(ports, channels, {
      payee: provider,
      token,
      amount: maxAmount,
      coverage: isAudited ? FULL_COVERAGE : 0n,
    }),
  );

  const ordered = await step('order', stepResults.order, async () => {
    const auditRatePpm = await ratePpm();
    // Who audits private work is paid by whoever named it.
    const byLot = auditRatePpm > 0 && request.assurance !== 'owner-audited' && token === deployment.token;
    const orderedAt = nowSeconds(clock);
    const auditAmount = byLot ? (services.auditFund?.auditAmount ?? 0n) : 0n;
    if (auditAmount > 0n) await services.auditFund!.fill(token, `${workflow}/${job}`);
    const order = await signStatement(
      'Order',
      {
        manifest: toHex(sha256(request.manifest)),
        requester: signer.address,
        provider,
        grant: request.grant ? statementDigest('Grant', request.grant.message, deployment) : ZERO_32,
        channel: funded.channel,
        token,
        maxAmount,
        assurance: assurances[request.assurance],
        replicas: request.replicas ?? 1,
        auditRatePpm,
        auditAmount,
        comparator: request.comparator ?? ZERO_32,
        auditor: request.grant?.message.auditor ?? ZERO_ADDRESS,
        expiresAt:
          auditAmount > 0n ? await services.auditFund!.expiryOf(ORDER_SECONDS) : orderedAt + ORDER_SECONDS,
        nonce: toHex(sha256(utf8.encode(`${workflow}/${job}`), ports.random())),
      },
      deployment,
      signer,
    );
    return {
      digest: statementDigest('Order', order.message, deployment),
      order,
      manifest: cidOfDigest(order.message.manifest, DAG_CBOR),
      orderedAt,
    };
  });

  const received = await step('receipt', stepResults.receipt, async () => {
    let answer = await ask(
      network,
      provider,
      'order.submit',
      {
        order: ordered.order,
        manifest: request.manifest,
        channel: funded.params,
        ...(request.grant ? { grant: request.grant } : {}),
      },
      { signal },
    );
    while (answer.state === 'accepted' || answer.state === 'running') {
      if (nowSeconds(clock) > ordered.order.message.expiresAt) throw late(provider, ordered.digest);
      const { state } = answer;
      answer = await ask(
        network,
        provider,
        'job.status',
        { order: ordered.digest, known: answer.state, waitMs: STATUS_WAIT_MS },
        { signal, timeoutMs: 2 * STATUS_WAIT_MS },
      );
      // The question waits by itself for a change; who answers the same at once is not asked in a tight loop.
      if (answer.state === state) await clock.wait(STATUS_PAUSE_MS, signal);
    }
    const orderedAt = ordered.orderedAt ?? ordered.order.message.expiresAt - ORDER_SECONDS;
    const checked = await checkReceipt(ports, answer, ordered.digest, { ...request, orderedAt });
    const { digest, receipt, leafSalt, opening } = checked;
    if (opening) {
      const dossier = { order: ordered.order, manifest: request.manifest, receipt, leafSalt, opening };
      services.evidence.see(digest, dossier);
    }
    return checked;
  });

  const leaf = logLeafHash('Receipt', received.digest, received.leafSalt);
  const inclusion = await step('anchor', stepResults.anchor, () =>
    proveInclusion(
      ports,
      {
        node: provider,
        leaf,
        leafSalt: received.leafSalt,
        index: Number(received.receipt.message.logIndex),
        untilSeconds: received.receipt.message.anchorBy,
      },
      signal,
    ),
  );

  const { audits, lot } = await step('audit', stepResults.audit, async () => {
    if (!isAudited) return { audits: [] };
    const seen = noting(services, received.digest, () => clock.nowMs());
    const question = {
      provider,
      received,
      order: ordered.order,
      manifest: request.manifest,
      inclusion,
      seen,
    };
    const expected = (auditors: readonly Hex[], by: 'lot' | 'owner') => {
      for (const auditor of auditors) {
        const { digest: receipt } = received;
        const drawnAtMs = clock.nowMs();
        record.drawn({ receipt, auditor, provider, program: manifest.program, by, drawnAtMs });
      }
    };
    if (request.assurance === 'owner-audited') {
      const { auditor } = ordered.order.message;
      expected([auditor], 'owner');
      const report = await obtainReport(ports, { ...question, auditor, draw: ZERO_32 }, signal);
      return { audits: [{ ...report, choice: { by: 'owner' as const } }] };
    }
    const anchorBlock = inclusion.anchor.block;
    const { seed, ...tossed } = await tossFor(ports, leaf, anchorBlock, signal);
    const isDrawn = isAuditedBy(seed, ordered.order.message.auditRatePpm);
    record.tossed(received.digest, isDrawn);
    if (!isDrawn) return { audits: [], lot: tossed };
    const parties = { provider, requester: signer.address };
    const {
      auditors,
      seed: draw,
      ...choice
    } = await drawForReceipt(ports, { leaf, anchorBlock, ...parties }, signal);
    expected(auditors, 'lot');
    const reports = await obtainReports(ports, { ...question, auditors, draw }, signal);
    return { audits: reports.map(report => ({ ...report, choice: { by: 'lot' as const, ...choice } })) };
  });

  const visibility = manifest.private ? 'private' : 'public';
  await step('fetch', stepResults.fetch, () =>
    fetchOutputs(ports, received, { provider, visibility, signal }),
  );

  await request.accept?.(received.outputs);
  await step('voucher', stepResults.voucher, async () => {
    const { amount } = received.receipt.message;
    if (amount === 0n) return { amount };
    return {
      voucher: await payer.pay(funded.channel, received.digest, received.receipt.message, signal),
      amount,
    };
  });

  return jobEvidenceSchema.parse({
    koinon: 'evidence/1',
    manifest: ordered.manifest,
    order: ordered.order,
    ...(request.grant ? { grant: request.grant } : {}),
    receipt: received.receipt,
    ...(received.opening ? { opening: received.opening } : {}),
    outputs: received.outputs,
    ...(received.verdict ? { verdict: received.verdict } : {}),
    inclusion,
    audits,
    ...(lot ? { lot } : {}),
  });

  async function ratePpm(): Promise<number> {
    if (request.assurance === 'owner-audited') return AUDIT_RATE_ALWAYS_PPM;
    if (!isAudited) return 0;
    if (request.assurance === 'redundant') return least;
    const rate = await rateFor(ports, record, { provider, program: manifest.program, maxAmount });
    return Math.max(least, rate);
  }
}

/** Keeps every report that was seen: a lie is brought before the court when its receipt is refuted. */
function noting({ evidence, record }: JobServices, receipt: Hex, nowMs: () => number) {
  return (report: Signed<'AuditReport'>, isPlaced: boolean): void => {
    evidence.openings.keepReport(report);
    const { auditor, verdict } = report.message;
    if (isPlaced || verdict !== auditVerdicts.agrees) record.reported(receipt, auditor, verdict, nowMs());
  };
}

function late(provider: Hex, order: Hex): KoinonError {
  return new KoinonError({
    code: 'K_JOB_LATE',
    message: `Node ${provider} took the order and had no receipt when it expired.`,
    fault: 'peer',
    data: { provider, order },
    next: 'Nothing was paid. Order again, from another provider where there is one.',
  });
}
