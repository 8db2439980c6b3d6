import { decodeManifest, type Hex, KoinonError, toHex } from '@koinon/protocol';
import type { DossierBook } from '../audit/dossierBook.ts';
import type { BlobReaders } from '../blobs/blobReaders.ts';
import type { HeldDataset } from '../custody/datasetBook.ts';
import { Turns } from '../durable/turns.ts';
import { answer } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';
import { type AuthoriseOrder, acceptOrder } from './acceptOrder.ts';
import { acceptVoucher, requireOpen } from './acceptVoucher.ts';
import { answerJob } from './answerJob.ts';
import type { ChannelBook } from './channelBook.ts';
import type { Claiming } from './claimVouchers.ts';
import type { Job, JobBook } from './jobBook.ts';
import type { Worker } from './worker.ts';

/** Longest a status question may wait for a change, milliseconds. */
const STATUS_WAIT_MAX_MS = 30_000;

/** Answers the questions a requester and an auditor put to whoever does the work. */
export function serveWork(
  ports: NodePorts,
  services: {
    jobs: JobBook;
    channels: ChannelBook;
    claiming: Claiming;
    readers: BlobReaders;
    worker: Worker;
    authorise: AuthoriseOrder;
    dossiers: DossierBook;
    datasetOf(job: Job): HeldDataset | undefined;
  },
): void {
  const { network, chain, store } = ports;
  const { jobs, channels, claiming, readers, worker, authorise, dossiers, datasetOf } = services;

  // By requester, who alone can order on its channels and under its grants.
  const turns = new Turns();

  answer(network, 'order.submit', async (request, from) => {
    const { channel: params, ...submitted } = request;
    const orderDigest = await turns.take(from, () =>
      acceptOrder(ports, jobs, submitted, from, async (...details) => {
        const { channel, token, maxAmount } = submitted.order.message;
        const isOurs =
          chain.escrow.channelId(params) === channel &&
          params.payee === ports.signer.address &&
          params.signer === from &&
          params.token === token;
        if (!isOurs) {
          throw new KoinonError({
            code: 'K_ORDER_REFUSED',
            message:
              'Order refused: its channel does not let the requester pay this node in the token of the order.',
            fault: 'user',
          });
        }
        const { cumulativeAmount } = channels.get(channel) ?? { cumulativeAmount: 0n };
        const totalAmount = cumulativeAmount + openTotal(jobs.openOnChannel(channel)) + maxAmount;
        await requireOpen(chain, { params, cumulativeAmount }, totalAmount);
        // Last, since it charges what the order can tell: an order that is not taken on must cost nothing.
        await authorise(...details);
        channels.open(channel, params);
      }),
    );
    worker.enqueue(orderDigest);
    return answerJob(store, ownJob(jobs, orderDigest, from), worker.progress(orderDigest));
  });

  answer(network, 'job.status', async (request, from) => {
    ownJob(jobs, request.order, from);
    await worker.changed(request.order, request.known, Math.min(request.waitMs ?? 0, STATUS_WAIT_MAX_MS));
    return answerJob(store, ownJob(jobs, request.order, from), worker.progress(request.order));
  });

  answer(network, 'voucher.submit', async (request, from) => {
    const job = ownJob(jobs, request.order, from);
    const entry = store.log.byKey(`receipt:${job.orderDigest}`);
    if (!job.receiptDigest || entry?.type !== 'Receipt') {
      throw new KoinonError({
        code: 'K_JOB_UNSEALED',
        message: 'That job has no receipt yet.',
        fault: 'peer',
      });
    }
    const { voucher } = request;
    const { cumulativeAmount, isClosing } = await turns.take(from, () =>
      acceptVoucher(ports, channels, {
        voucher,
        channel: job.order.message.channel,
        receipt: job.receiptDigest!,
        terms: entry.message,
      }),
    );
    jobs.setPaid(job.orderDigest);
    if (isClosing) claiming.claimSoon();
    return { channel: voucher.message.channel, cumulativeAmount };
  });

  answer(network, 'audit.material', async (request, from) => {
    const receipt = 'receipt' in request ? request.receipt : receiptAt(store, request.index);
    const job = receipt && jobs.byReceipt(receipt);
    const entry = job && store.log.byKey(`receipt:${job.orderDigest}`);
    // What this node looked into itself it hands on, so that a juror need not depend on the accused.
    const other = receipt && !job ? dossiers.get(receipt) : undefined;
    if (other && !decodeManifest(other.manifest).private) return other;
    if (!job?.result || entry?.type !== 'Receipt' || !mayAudit(job, from)) throw unknownJob();
    const dataset = datasetOf(job);
    if (dataset) readers.allow(dataset.content, from);
    return {
      order: job.order,
      manifest: job.manifest,
      ...(job.grant ? { grant: job.grant } : {}),
      receipt: { message: entry.message, signature: entry.signature },
      leafSalt: entry.salt,
      opening: job.result.opening,
      ...(dataset
        ? {
            content: { cid: dataset.content, salt: dataset.contentSalt },
            policy: dataset.policy,
            metadata: dataset.metadata,
          }
        : {}),
      ...(job.result.verdict === undefined ? {} : { verdict: job.result.verdict }),
    };
  });

  answer(network, 'trace.get', async ({ receipt, from, max }, asker) => {
    const job = jobs.byReceipt(receipt);
    if (!job || !mayAudit(job, asker)) throw unknownJob();
    const bytes = await rootsOf(store, job);
    const count = bytes.length / 32;
    const end = Math.min(from + max, count);
    const roots = Array.from({ length: Math.max(0, end - from) }, (_, i) =>
      toHex(bytes.subarray((from + i) * 32, (from + i + 1) * 32)),
    );
    return { count, roots };
  });
}

/** What of a trace is served together, 32 bytes each; the list itself lies in the store. */
async function rootsOf({ blobs }: NodePorts['store'], job: Job): Promise<Uint8Array> {
  const bytes = job.result?.roots && (await blobs.get(job.result.roots));
  if (!bytes) throw unknownJob();
  return bytes;
}

function receiptAt({ log }: NodePorts['store'], index: number): Hex | undefined {
  const entry = log.at(index);
  return entry?.type === 'Receipt' ? entry.digest : undefined;
}

/** A private job is opened to the auditor its grant names and to nobody else; a public one to anyone. */
function mayAudit(job: Job, peer: Hex): boolean {
  if (!decodeManifest(job.manifest).private) return true;
  return job.grant?.message.auditor === peer;
}

function openTotal(jobs: readonly Job[]): bigint {
  return jobs.reduce((sum, job) => sum + promisedBy(job), 0n);
}

/** What an order will cost at most; of a private one always the same, or it would tell whether the job has ended. */
function promisedBy({ grant, result, order }: Job): bigint {
  return grant?.message.amount ?? result?.amount ?? order.message.maxAmount;
}

function ownJob(jobs: JobBook, orderDigest: Hex, from: Hex): Job {
  const job = jobs.get(orderDigest);
  if (!job || job.order.message.requester !== from) throw unknownJob();
  return job;
}

function unknownJob(): KoinonError {
  return new KoinonError({
    code: 'K_JOB_UNKNOWN',
    message: 'No such job here, or not yours.',
    fault: 'peer',
  });
}
