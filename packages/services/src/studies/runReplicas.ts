import { replicaJob, stepName, stepResults } from '@koinon/api';
import { BYTES_COMPARATOR, comparatorDigest, parseComparator } from '@koinon/integrity';
import type { AssuranceTerms, JobEvidence } from '@koinon/protocol';
import { performJob } from './job/performJob.ts';
import { chooseProviders } from './quote.ts';
import { Replicas } from './replicas.ts';
import type { StudyServices } from './services.ts';

/**
 * A public job at one provider, or the same at several of different owners, whose outputs are compared before anybody is
 * paid. Jobs are called `run`, `run2` and so on; the step `run.comparison` says whose outputs stand.
 */
export async function runReplicas(
  services: StudyServices,
  study: string,
  { manifest, fuel, terms }: { manifest: Uint8Array; fuel: bigint; terms: AssuranceTerms },
  signal: AbortSignal,
): Promise<void> {
  const { ports, workflows } = services;
  const { kind, auditRatePpm } = terms;
  const count = kind === 'redundant' ? (terms.replicas ?? 2) : 1;
  const chosen = await workflows.step(
    study,
    'provider',
    stepResults.provider,
    async () => {
      const [first, ...others] = await chooseProviders(ports, { fuel, replicas: count }, signal);
      return { ...first, ...(others.length > 0 ? { others } : {}) };
    },
    signal,
  );
  const providers = [chosen, ...(chosen.others ?? [])];
  const least = auditRatePpm === undefined ? {} : { leastAuditRatePpm: auditRatePpm };
  const job = ({ provider, token, maxAmount }: (typeof providers)[number]) => ({
    ...{ provider, token, maxAmount, manifest, assurance: kind },
    ...least,
  });
  if (count === 1) {
    await performJob(ports, services, study, 'run', job(chosen), signal);
    return;
  }
  const comparator = terms.comparator === undefined ? BYTES_COMPARATOR : parseComparator(terms.comparator);
  const replicas = new Replicas(count, comparator);
  const outcomes = await Promise.allSettled(
    providers.map(async (provider, i) => {
      const accept = async (outputs: JobEvidence['outputs']) => {
        const files = new Map<string, Uint8Array>();
        for (const { name, cid } of outputs) files.set(name, (await ports.store.blobs.get(cid))!);
        await replicas.deliver(i, files);
      };
      const terms = { ...job(provider), replicas: count, comparator: comparatorDigest(comparator), accept };
      try {
        await performJob(ports, services, study, replicaJob(i), terms, signal);
      } finally {
        replicas.absent(i);
      }
    }),
  );
  const { majority } = replicas.verdict();
  // A provider outside the majority went unpaid; the result stands.
  const broken = outcomes.find(
    (outcome, i) => outcome.status === 'rejected' && (majority.length === 0 || majority.includes(i)),
  );
  if (broken?.status === 'rejected') throw broken.reason;
  const name = stepName('run', 'comparison');
  await workflows.step(study, name, stepResults.comparison, async () => ({ majority, of: count }), signal);
}
