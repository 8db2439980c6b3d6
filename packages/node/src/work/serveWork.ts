import { decodeManifest, type Hex, KoinonError } from '@koinon/protocol';
import type { BlobReaders } from '../blobs/blobReaders.ts';
import type { HeldDataset } from '../custody/datasetBook.ts';
import { answer } from '../peers/ask.ts';
import type { NodePorts } from '../ports/ports.ts';
import { type AuthoriseOrder, acceptOrder } from './acceptOrder.ts';
import { acceptVoucher, requireCovered } from './acceptVoucher.ts';
import { answerJob } from './answerJob.ts';
import type { ChannelBook } from './channelBook.ts';
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
    readers: BlobReaders;
    worker: Worker;
    authorise: AuthoriseOrder;
    datasetOf(job: Job): HeldDataset | undefined;
  },
): void {
  const { network, chain, store } = ports;
  const { jobs, channels, readers, worker, authorise, datasetOf } = services;

  answer(network, 'order.submit', async (request, from) => {
    const { channel: params, ...submitted } = request;
    const order = submitted.order.message;
    const orderDigest = await acceptOrder(ports, jobs, submitted, from, async (...details) => {
      const channel = chain.escrow.channelId(params);
      if (
        channel !== order.channel ||
        params.payee !== ports.signer.address ||
        params.token !== order.token
      ) {
        throw new KoinonError({
          code: 'K_ORDER_REFUSED',
          message: 'Order refused: its channel does not pay this node in the token of the order.',
          fault: 'user',
        });
      }
      await authorise(...details);
      const owed = channels.get(channel)?.cumulativeAmount ?? 0n;
      await requireCovered(chain, params, owed + openOrdersTotal(jobs, channel) + order.maxAmount);
      channels.open(channel, params);
    });
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
    const cumulativeAmount = await acceptVoucher(ports, channels, {
      voucher: request.voucher,
      receipt: job.receiptDigest,
      terms: entry.message,
    });
    jobs.setPaid(job.orderDigest);
    return { channel: request.voucher.message.channel, cumulativeAmount };
  });

  answer(network, 'audit.material', async (request, from) => {
    const job = jobs.byReceipt(request.receipt);
    const entry = job && store.log.byKey(`receipt:${job.orderDigest}`);
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
        ? { content: { cid: dataset.content, salt: dataset.contentSalt }, policy: dataset.policy }
        : {}),
      ...(job.result.verdict === undefined ? {} : { verdict: job.result.verdict }),
    };
  });
}

/** A private job is opened to the auditor its grant names and to nobody else; a public one to anyone. */
function mayAudit(job: Job, peer: Hex): boolean {
  if (!decodeManifest(job.manifest).private) return true;
  return job.grant?.message.auditor === peer;
}

function openOrdersTotal(jobs: JobBook, channel: Hex): bigint {
  return jobs
    .list(['accepted', 'running', 'sealed'])
    .filter(job => job.order.message.channel === channel)
    .reduce((sum, job) => sum + (job.result?.amount ?? job.order.message.maxAmount), 0n);
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
