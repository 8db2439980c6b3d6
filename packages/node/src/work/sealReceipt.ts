import {
  ANCHOR_EPOCH_SECONDS,
  digestOfCid,
  executionCommitment,
  fileListDigest,
  type Hex,
  ZERO_32,
} from '@koinon/protocol';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import { sealStatement } from '../statements/sealStatement.ts';
import type { Job, JobBook, JobResult } from './jobBook.ts';

/** Gives a finished job its place in the log and its receipt; returns the receipt's digest. Safe to repeat. */
export async function sealReceipt(
  ports: Pick<NodePorts, 'store' | 'signer' | 'deployment' | 'clock' | 'checkpoint' | 'journal'>,
  jobs: JobBook,
  job: Job,
  result: JobResult,
): Promise<Hex> {
  const { message: order } = job.order;
  const sealed = await sealStatement(ports, {
    key: `receipt:${job.orderDigest}`,
    type: 'Receipt',
    leafSalt: result.leafSalt,
    message: logIndex => ({
      manifest: order.manifest,
      order: job.orderDigest,
      provider: ports.signer.address,
      execution: executionCommitment(result.opening),
      output: fileListDigest(result.released),
      verdict: result.verdict === undefined ? ZERO_32 : digestOfCid(result.verdict),
      token: order.token,
      amount: result.amount,
      logIndex,
      anchorBy: nowSeconds(ports.clock) + BigInt(2 * ANCHOR_EPOCH_SECONDS),
    }),
  });
  jobs.seal(job.orderDigest, sealed.digest);
  ports.journal.note('receipt-sealed', {
    order: job.orderDigest,
    receipt: sealed.digest,
    logIndex: sealed.index,
  });
  await ports.checkpoint('receipt-sealed');
  return sealed.digest;
}
