import { stepName } from '@koinon/api';
import {
  type Cid,
  decodeManifest,
  draftOf,
  drawOfUse,
  type JobEvidence,
  type Manifest,
} from '@koinon/protocol';
import { performJob } from './job/performJob.ts';
import { keepManifest } from './keepManifest.ts';
import type { DatasetFacts } from './lookUpDataset.ts';
import { askForGrant, awaitGrant } from './obtainGrant.ts';
import type { StudyServices } from './services.ts';

export interface CustodianJob {
  study: string;
  /** Name of the job in the study; its steps begin with it. */
  job: 'train' | 'measure' | 'run';
  dataset: DatasetFacts;
  purpose: string;
  /** What is to run, with whatever seed, time and candidate: the owner is asked about its draft. */
  make(): Manifest;
}

export interface AskedJob {
  /** Waits for the owner's yes. Throws `K_GRANT_DENIED`. */
  granted(): Promise<void>;
  /** The same, and has the job run on the candidate named; returns the evidence once it is paid. */
  run(candidate?: Cid): Promise<JobEvidence>;
}

/** Puts a job on private rows to their owner. Seed and time of the job follow from the grant. */
export async function askAtCustodian(
  services: StudyServices,
  { study, job, dataset, purpose, make }: CustodianJob,
  signal: AbortSignal,
): Promise<AskedJob> {
  const draft = await keepManifest(
    services,
    study,
    stepName(job, 'draft'),
    async () => draftOf(make()),
    signal,
  );
  const asked = await askForGrant(services, { study, job, dataset, draft, purpose }, signal);
  const awaited = () => awaitGrant(services, { study, job, dataset, asked }, signal);
  return {
    granted: async () => void (await awaited()),
    run: async candidate => {
      const grant = await awaited();
      const manifest = await keepManifest(
        services,
        study,
        stepName(job, 'manifest'),
        async () => ({
          ...withCandidate(decodeManifest(draft.bytes), candidate),
          ...drawOfUse(grant.message, 0),
        }),
        signal,
      );
      const { custodian: provider, policy } = dataset;
      return performJob(
        services.ports,
        services,
        study,
        job,
        {
          provider,
          manifest: manifest.bytes,
          grant,
          token: policy.token,
          maxAmount: grant.message.amount,
          assurance: 'owner-audited',
        },
        signal,
      );
    },
  };
}

function withCandidate(draft: Manifest, candidate: Cid | undefined): Manifest {
  if (candidate === undefined) return draft;
  return {
    ...draft,
    inputs: draft.inputs.map(input =>
      'candidate' in input.source ? { ...input, source: { candidate } } : input,
    ),
  };
}
