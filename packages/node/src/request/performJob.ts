import {
  type Assurance,
  assurances,
  auditEvidenceSchema,
  auditVerdicts,
  channelSchema,
  cidOfDigest,
  DAG_CBOR,
  decodeManifest,
  digestOfCid,
  executionCommitment,
  executionOpeningSchema,
  fileEntrySchema,
  fileListDigest,
  type Hex,
  inclusionSchema,
  type JobEvidence,
  jobEvidenceSchema,
  KoinonError,
  logLeafHash,
  type Signed,
  schema,
  sha256,
  signedSchema,
  signStatement,
  statementDigest,
  toHex,
  utf8,
  verifyStatement,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import { z } from 'zod';
import { drawForReceipt } from '../audit/drawForReceipt.ts';
import { proveInclusion } from '../audit/proveInclusion.ts';
import type { Workflows } from '../durable/workflow.ts';
import { ask } from '../peers/ask.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { ChannelBook } from '../work/channelBook.ts';
import { fundChannel } from './fundChannel.ts';
import type { Payer } from './payer.ts';

/** How long a provider has to run an order, seconds. */
const ORDER_SECONDS = 3600n;
/** Audited work must be covered by stake of the same number of base units while its claim can be slashed. */
const FULL_COVERAGE = 10n ** 18n;
const STATUS_WAIT_MS = 15_000;

export interface JobRequest {
  provider: Hex;
  manifest: Uint8Array;
  grant?: Signed<'Grant'> | undefined;
  token: Hex;
  maxAmount: bigint;
  assurance: Assurance;
}

/** Names of a job's steps, in order; each step's result is what the timeline shows. */
export const jobPhases = ['channel', 'order', 'receipt', 'anchor', 'audit', 'fetch', 'voucher'] as const;

const channelStep = z.object({
  channel: schema.bytes32,
  params: channelSchema,
  transaction: schema.bytes32.optional(),
});
const orderStep = z.object({ digest: schema.bytes32, order: signedSchema('Order'), manifest: schema.cid });
const receiptStep = z.object({
  digest: schema.bytes32,
  receipt: signedSchema('Receipt'),
  leafSalt: schema.bytes32,
  outputs: z.array(fileEntrySchema.extend({ cid: schema.cid })),
  verdict: schema.cid.optional(),
  opening: executionOpeningSchema.optional(),
});
type ReceiptStep = z.output<typeof receiptStep>;
const auditStep = z.object({ audits: z.array(auditEvidenceSchema) });
const voucherStep = z.object({ voucher: signedSchema('Voucher').optional(), amount: schema.uint(128) });

/**
 * Has a manifest run by a provider, from funding to payment, and returns the evidence. The voucher is signed only after
 * the receipt stands in the anchored log and an auditor this node did not choose has replayed it to the same bytes.
 * Every step is durable: called again after a crash it goes on where it was.
 */
export async function performJob(
  ports: NodePorts,
  services: { workflows: Workflows; channels: ChannelBook; payer: Payer },
  workflow: string,
  job: string,
  request: JobRequest,
  signal: AbortSignal,
): Promise<JobEvidence> {
  const { network, store, signer, deployment, clock } = ports;
  const { workflows, channels, payer } = services;
  const step = <S extends z.ZodType>(
    phase: (typeof jobPhases)[number],
    resultSchema: S,
    run: () => Promise<z.input<S> | z.output<S>>,
  ) => workflows.step(workflow, `${job}.${phase}`, resultSchema, run, signal);
  const { provider, maxAmount, token } = request;
  const manifest = decodeManifest(request.manifest);
  const isAudited = request.assurance === 'replay' || request.assurance === 'owner-audited';

  const funded = await step('channel', channelStep, () =>
    fundChannel(ports, channels, {
      payee: provider,
      token,
      amount: maxAmount,
      coverage: isAudited ? FULL_COVERAGE : 0n,
    }),
  );

  const ordered = await step('order', orderStep, async () => {
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
        auditor: request.grant?.message.auditor ?? ZERO_ADDRESS,
        expiresAt: nowSeconds(clock) + ORDER_SECONDS,
        nonce: toHex(sha256(utf8.encode(`${workflow}/${job}`), ports.random())),
      },
      deployment,
      signer,
    );
    return {
      digest: statementDigest('Order', order.message, deployment),
      order,
      manifest: cidOfDigest(order.message.manifest, DAG_CBOR),
    };
  });

  const received = await step('receipt', receiptStep, async () => {
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
      answer = await ask(
        network,
        provider,
        'job.status',
        { order: ordered.digest, known: answer.state, waitMs: STATUS_WAIT_MS },
        { signal, timeoutMs: 2 * STATUS_WAIT_MS },
      );
    }
    return checkedReceipt(ports, answer, ordered.digest, request, manifest.private);
  });

  const leaf = logLeafHash('Receipt', received.digest, received.leafSalt);
  const inclusion = await step('anchor', inclusionSchema, () =>
    proveInclusion(
      ports,
      { node: provider, leaf, leafSalt: received.leafSalt, index: Number(received.receipt.message.logIndex) },
      signal,
    ),
  );

  const { audits } = await step('audit', auditStep, async () => {
    if (!isAudited) return { audits: [] };
    const { choice, auditor, draw } = await chooseAuditor();
    const report = await reportOf(ports, auditor, provider, received, draw, signal);
    return { audits: [{ ...report, choice }] };
  });

  await step('fetch', z.object({ files: z.number() }), async () => {
    const wanted = [
      ...received.outputs.map(file => file.cid),
      ...(received.verdict ? [received.verdict] : []),
    ];
    for (const cid of wanted) {
      if (await store.blobs.has(cid)) continue;
      const maxBytes = Math.max(...manifest.outputs.map(file => file.maxBytes), 2 ** 20);
      const bytes = await network.fetchBlob(provider, cid, { maxBytes, signal });
      await store.blobs.put(bytes, manifest.private ? 'private' : 'public');
    }
    return { files: wanted.length };
  });

  await step('voucher', voucherStep, async () => {
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
  });

  async function chooseAuditor() {
    if (request.assurance === 'owner-audited') {
      const { auditor } = ordered.order.message;
      return { auditor, draw: ZERO_32, choice: { by: 'owner' as const } };
    }
    const draw = await drawForReceipt(
      ports,
      { leaf, inclusion, provider, requester: signer.address },
      signal,
    );
    const { beacon, beaconBlock, candidates } = draw;
    return {
      auditor: draw.auditor,
      draw: draw.id,
      choice: { by: 'lot' as const, beacon, beaconBlock, candidates },
    };
  }
}

/** Checks a provider's answer against the order. Throws `K_JOB_FAILED` for a failure, `K_RECEIPT_WRONG` for a lie. */
async function checkedReceipt(
  ports: Pick<NodePorts, 'deployment'>,
  answer: Awaited<ReturnType<typeof ask<'job.status'>>>,
  orderDigest: Hex,
  request: JobRequest,
  isPrivate: boolean,
): Promise<ReceiptStep> {
  if (answer.state === 'failed') {
    throw new KoinonError({
      code: 'K_JOB_FAILED',
      message: `The provider could not run the job: ${answer.failure?.message ?? 'it gave no reason.'}`,
      fault: 'peer',
      data: { order: orderDigest, code: answer.failure?.code },
      next: 'Nothing was paid. Order it again, or from another provider.',
    });
  }
  const { receipt, leafSalt, outputs, verdict, opening } = answer;
  if (!receipt || !leafSalt || !outputs) throw wrong('it came without receipt or outputs');
  const digest = await verifyStatement('Receipt', receipt, ports.deployment, request.provider);
  const terms = receipt.message;
  if (terms.provider !== request.provider || terms.order !== orderDigest)
    throw wrong('it answers another order');
  if (terms.manifest !== toHex(sha256(request.manifest))) throw wrong('it names another manifest');
  if (terms.token !== request.token || terms.amount > request.maxAmount)
    throw wrong('it costs more than was ordered');
  if (terms.output !== fileListDigest(outputs.map(({ name, size, sha256 }) => ({ name, size, sha256 })))) {
    throw wrong('the outputs are not the ones it names');
  }
  if (terms.verdict !== (verdict ? digestOfCid(verdict) : ZERO_32)) throw wrong('it names another verdict');
  if (!isPrivate) {
    if (!opening || executionCommitment(opening) !== terms.execution)
      throw wrong('its execution does not open');
    if (opening.salt !== ZERO_32) throw wrong('the execution of a public order is salted');
  }
  return {
    digest,
    receipt,
    leafSalt,
    outputs,
    ...(verdict ? { verdict } : {}),
    ...(!isPrivate && opening ? { opening } : {}),
  };
}

/** Gets an auditor's report on the receipt and its place in the auditor's log. Throws `K_AUDIT_DIFFERS`, `K_AUDIT_REFUSED`. */
async function reportOf(
  ports: NodePorts,
  auditor: Hex,
  provider: Hex,
  received: ReceiptStep,
  draw: Hex,
  signal: AbortSignal,
) {
  const question = { provider, receipt: received.digest };
  let answer = await ask(ports.network, auditor, 'audit.request', question, { signal });
  while (answer.status === 'pending') {
    await ports.clock.wait(20, signal);
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
    { node: auditor, leaf, leafSalt, index: Number(said.logIndex) },
    signal,
  );
  return { report, inclusion };
}

function wrong(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_RECEIPT_WRONG',
    message: `The receipt is refused: ${reason}.`,
    fault: 'peer',
    next: 'No voucher was signed.',
  });
}
