import { type Dossier, type Evidence, type NodePorts, nowSeconds, sealStatement } from '@koinon/kernel';
import {
  ANCHOR_EPOCH_SECONDS,
  digestOfCid,
  executionCommitment,
  fileListDigest,
  type Hex,
  ZERO_32,
} from '@koinon/protocol';
import type { Job, JobBook, JobResult } from './jobBook.ts';

export interface SealTools {
  jobs: JobBook;
  evidence: Pick<Evidence, 'own'>;
  /** What opens the rows of a private job to its auditor. */
  openingOf(job: Job): Pick<Dossier, 'content' | 'policy' | 'metadata'>;
}

/**
 * Gives a finished job its place in the log and its receipt, and keeps what this node can be asked about it; returns the
 * receipt's digest. Safe to repeat.
 */
export async function sealReceipt(
  ports: Pick<NodePorts, 'store' | 'signer' | 'deployment' | 'clock' | 'checkpoint' | 'journal'>,
  { jobs, evidence, openingOf }: SealTools,
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
  evidence.own.keep({
    receipt: sealed.digest,
    order: job.orderDigest,
    dossier: {
      order: job.order,
      manifest: job.manifest,
      ...(job.grant ? { grant: job.grant } : {}),
      receipt: sealed.signed,
      leafSalt: sealed.leafSalt,
      opening: result.opening,
      ...openingOf(job),
      ...(result.verdict === undefined ? {} : { verdict: result.verdict }),
    },
    roots: result.roots,
    released: result.released,
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
