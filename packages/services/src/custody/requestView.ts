import type { GrantState } from '@koinon/api';
import type { NodePorts } from '@koinon/kernel';
import { type BoundTerm, opaqueBits, reviewTerms } from '@koinon/privacy';
import { decodeManifest, type Hex, type Manifest, type Policy, type Signed } from '@koinon/protocol';
import type { DatasetBook, HeldDataset } from './datasetBook.ts';
import { describeHeld } from './describeHeld.ts';
import type { GrantCase } from './grantBook.ts';
import { grantStateOf } from './grantState.ts';
import type { ProgramFacts, ProgramReader } from './programFacts.ts';
import type { ReleaseLedger } from './releaseLedger.ts';

/** What a grant for a request would let out, in numbers. */
export interface BoundView {
  /** Most bits one use can tell: what is charged for it, whatever leaves. */
  bits: number;
  /** Those of them in files that would leave as they are. */
  opaqueBits: number;
  terms: (BoundTerm & { description: string })[];
}

/** All an owner is shown of a request before it answers. */
export interface RequestView {
  digest: Hex;
  number: number;
  status: GrantState;
  request: Signed<'GrantRequest'>;
  grant?: Signed<'Grant'>;
  reason?: string;
  receivedAtMs: number;
  expiresAtMs: number;
  seenAtMs?: number;
  dryRunAtMs?: number;
  /** The draft: all of it is what a grant binds. */
  manifest: Manifest;
  program: ProgramFacts;
  /** Price of one use as the grant would say it, base units. */
  amount?: bigint;
  bound?: BoundView;
  /** Why the policy would not allow it as things stand; empty when it would. */
  refusals: { code: string; message: string }[];
  /** Bits charged before, and the policy's caps on them. */
  charged?: { requesterYear: number; year: number; total: number };
  caps?: Policy['bits'];
}

/** Shows requests with what this node knows of their datasets, programs and requesters. */
export class RequestViews {
  readonly #ports: Pick<NodePorts, 'chain' | 'clock' | 'deployment' | 'store'>;
  readonly #books: {
    datasets: DatasetBook;
    ledger: ReleaseLedger;
    programs: ProgramReader;
    usesTaken(grant: Signed<'Grant'>): number;
  };

  constructor(
    ports: Pick<NodePorts, 'chain' | 'clock' | 'deployment' | 'store'>,
    books: {
      datasets: DatasetBook;
      ledger: ReleaseLedger;
      programs: ProgramReader;
      usesTaken(grant: Signed<'Grant'>): number;
    },
  ) {
    this.#ports = ports;
    this.#books = books;
  }

  async view(found: GrantCase): Promise<RequestView> {
    const { digest, number, request, grant, reason, receivedAtMs, expiresAtMs, seenAtMs, dryRunAtMs } = found;
    const manifest = decodeManifest(found.manifest);
    const dataset = this.#books.datasets.get(request.message.dataset);
    return {
      digest,
      number,
      status: await grantStateOf(this.#ports, this.#books.usesTaken, found),
      request,
      ...(grant ? { grant } : {}),
      ...(reason === undefined ? {} : { reason }),
      receivedAtMs,
      expiresAtMs,
      ...(seenAtMs === undefined ? {} : { seenAtMs }),
      ...(dryRunAtMs === undefined ? {} : { dryRunAtMs }),
      manifest,
      program: this.#books.programs.known(manifest),
      ...(dataset
        ? await this.#terms(dataset, manifest, found)
        : {
            refusals: [
              { code: 'K_DATASET_UNKNOWN', message: 'The dataset is not in custody here any more.' },
            ],
          }),
    };
  }

  async #terms(
    dataset: HeldDataset,
    manifest: Manifest,
    { request, dryRunAtMs }: GrantCase,
  ): Promise<Pick<RequestView, 'amount' | 'bound' | 'refusals' | 'charged' | 'caps'>> {
    const { policy } = dataset;
    const charged = this.#books.ledger.charged(
      dataset.id,
      request.message.requester,
      this.#ports.clock.nowMs(),
    );
    const description = await describeHeld(this.#ports.store, dataset);
    const { bound, refusals } = reviewTerms(manifest, policy, description, charged);
    return {
      amount: policy.amount + (dryRunAtMs === undefined ? 0n : policy.dryRunAmount),
      ...(bound
        ? {
            bound: {
              bits: bound.bits,
              opaqueBits: opaqueBits(manifest),
              terms: bound.terms.map(term => ({ ...term, description: tell(term) })),
            },
          }
        : {}),
      refusals: refusals.map(({ code, message }) => ({ code, message })),
      charged,
      caps: policy.bits,
    };
  }
}

/** A part of a bound in words. */
function tell({ kind, name, class: artefactClass }: BoundTerm): string {
  if (kind === 'outcome') return 'whether the job ended, and at which instant everybody may see that';
  if (kind === 'report') return 'whether the auditor agrees, and at which instant';
  if (artefactClass === 'table') return `all of ${name} as the program wrote it, or that there is none`;
  return `the facts in ${name} (${artefactClass}), written anew by the gate, or that there is none`;
}
