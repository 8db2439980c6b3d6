import type { NodePorts } from '@koinon/kernel';
import { gatherInputs, releaseOutputs } from '@koinon/kernel';
import {
  decodeManifest,
  digestOfCid,
  type GateReasons,
  type Hex,
  KoinonError,
  type Manifest,
  toHex,
  type Verdict,
} from '@koinon/protocol';
import type { DatasetBook } from './datasetBook.ts';
import { describeHeld } from './describeHeld.ts';
import type { GrantBook, GrantCase } from './grantBook.ts';
import { decided, requireHeld } from './grantService.ts';
import { loadContent } from './loadContent.ts';
import type { ReleaseLedger } from './releaseLedger.ts';

/** What a request's job would come to on the owner's rows, for the owner's eyes. */
export interface DryRun {
  exitCode: number;
  fuel: bigint;
  wallMs: number;
  trap?: string;
  /** The last of what the program said, which never leaves. */
  stdout: string;
  stderr: string;
  word: Verdict['word'];
  /** Most bits that the release of one use tells. */
  bits: number;
  reasons: GateReasons;
  /** The files that would leave, as they would. */
  files: { name: string; sha256: Hex; bytes: Uint8Array }[];
}

/** The owner's answer may follow from what it saw: yes or no. */
const DRY_RUN_BITS = 1;
const SAID_MAX_BYTES = 4096;

/**
 * Runs the draft of a waiting request on the real rows and shows what would leave; nothing does. It is charged before it runs,
 * once for each request, and paid with the first use: that there was one shows in the grant. Throws `K_REQUEST_DECIDED`,
 * `K_DRY_RUN_CANDIDATE`, `K_DRY_RUN_UNPAID`, `K_BITS_SPENT`, and what running throws.
 */
export async function dryRun(
  ports: Pick<NodePorts, 'store' | 'network' | 'executor' | 'gate' | 'random' | 'clock' | 'journal'>,
  books: { datasets: DatasetBook; grants: GrantBook; ledger: ReleaseLedger },
  limits: { maxRunMs: number; maxMemoryBytes: number },
  found: GrantCase,
  signal: AbortSignal,
): Promise<DryRun> {
  const { clock, store } = ports;
  const { message: request } = found.request;
  if (found.status !== 'pending') throw decided(found);
  const dataset = requireHeld(books.datasets, request.dataset);
  const { policy } = dataset;
  const manifest: Manifest = {
    ...decodeManifest(found.manifest),
    seed: ports.random(),
    timeMs: Math.floor(clock.nowMs() / 1000) * 1000,
  };
  requireNoCandidate(manifest);
  if (request.maxAmount < policy.amount + policy.dryRunAmount) throw unpaid(policy);

  const description = await describeHeld(store, dataset);
  const inputs = await gatherInputs(
    ports,
    manifest,
    [request.requester],
    { description, content: ({ rows }) => loadContent(store, dataset, rows) },
    signal,
  );
  charge();
  const ran = await ports.executor.run(
    { manifest, program: inputs.program, inputs: inputs.files },
    {
      signal,
      maxRunMs: Math.min(policy.maxRunMs, limits.maxRunMs),
      maxMemoryBytes: limits.maxMemoryBytes,
    },
  );
  const { exitCode, outputs, fuel, wallMs, trap } = ran;
  const { files, gated } = await releaseOutputs(
    ports,
    { manifest, exitCode, outputs, inputs: inputs.files, salt: toHex(ports.random()) },
    { policy, description, record: digestOfCid(dataset.metadata) },
  );
  const { verdict, reasons } = gated!;
  return {
    exitCode,
    fuel,
    wallMs,
    ...(trap === undefined ? {} : { trap }),
    stdout: lastOf(ran.stdout),
    stderr: lastOf(ran.stderr),
    word: verdict.word,
    bits: verdict.bits,
    reasons,
    files: verdict.artefacts.map(({ name, sha256 }) => ({ name, sha256, bytes: files.get(name)! })),
  };

  /** In one breath with the look at what was charged before. */
  function charge(): void {
    const nowMs = clock.nowMs();
    const { requesterYear, year, total } = books.ledger.charged(
      dataset.id,
      request.requester,
      nowMs,
      found.digest,
    );
    const { bits } = policy;
    const fits =
      requesterYear + DRY_RUN_BITS <= bits.requesterYear &&
      year + DRY_RUN_BITS <= bits.year &&
      total + DRY_RUN_BITS <= bits.total;
    if (!fits) throw spent();
    books.ledger.charge({
      by: found.digest,
      dataset: dataset.id,
      requester: request.requester,
      bits: DRY_RUN_BITS,
      atMs: nowMs,
    });
    books.grants.showDryRun(found.digest, nowMs);
    ports.journal.note('dry-run', { request: found.digest, requester: request.requester });
  }
}

function requireNoCandidate({ inputs }: Manifest): void {
  const open = inputs.find(({ source }) => 'candidate' in source);
  if (!open) return;
  throw new KoinonError({
    code: 'K_DRY_RUN_CANDIDATE',
    message: `The request measures a candidate ("${open.name}") and leaves open which, so there is nothing to run yet.`,
    fault: 'user',
    next: 'Decide by the program and the bound.',
  });
}

function unpaid({ amount, dryRunAmount }: { amount: bigint; dryRunAmount: bigint }): KoinonError {
  return new KoinonError({
    code: 'K_DRY_RUN_UNPAID',
    message: `A look costs ${dryRunAmount} base units beside the ${amount} of a use, and the request pays less.`,
    fault: 'user',
    next: 'Approve or deny it without, or ask for a request that pays for it.',
  });
}

function spent(): KoinonError {
  return new KoinonError({
    code: 'K_BITS_SPENT',
    message: 'A look counts one bit, and none is left under the policy’s caps.',
    fault: 'user',
    next: 'Deny the request, or raise the caps.',
  });
}

/** The end of what a program said, as text. */
function lastOf(said: Uint8Array): string {
  return new TextDecoder().decode(said.subarray(Math.max(0, said.length - SAID_MAX_BYTES)));
}
