import { answer, type ChannelBook, type Claiming, type NodePorts, Turns } from '@koinon/kernel';
import { type Hex, KoinonError } from '@koinon/protocol';
import { type AuthoriseOrder, acceptOrder } from './acceptOrder.ts';
import { acceptVoucher, requireOpen } from './acceptVoucher.ts';
import { answerJob } from './answerJob.ts';
import type { Job, JobBook } from './jobBook.ts';
import { promisedBy } from './price.ts';
import type { Worker } from './worker.ts';

/** Longest a status question may wait for a change, milliseconds. */
const STATUS_WAIT_MAX_MS = 30_000;

/** Answers the questions a requester puts to whoever does the work; returns what ends it. */
export function serveWork(
  ports: NodePorts,
  services: {
    jobs: JobBook;
    channels: ChannelBook;
    claiming: Claiming;
    worker: Worker;
    authorise: AuthoriseOrder;
  },
): () => void {
  const { network, chain, store } = ports;
  const { jobs, channels, claiming, worker, authorise } = services;

  // By requester, who alone can order on its channels and under its grants.
  const turns = new Turns();

  const ends = [
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
    }),

    answer(network, 'job.status', async (request, from) => {
      ownJob(jobs, request.order, from);
      await worker.changed(request.order, request.known, Math.min(request.waitMs ?? 0, STATUS_WAIT_MAX_MS));
      return answerJob(store, ownJob(jobs, request.order, from), worker.progress(request.order));
    }),

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
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function openTotal(jobs: readonly Job[]): bigint {
  return jobs.reduce((sum, job) => sum + promisedBy(job), 0n);
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
