import { PUBLIC_FUEL, type RunRequest, type StudyRequest } from '@koinon/api';
import { ONE_PPM, parseComparator, priceOfAssurance, type Risk, riskOf } from '@koinon/integrity';
import type { AuditRecord, NodePorts } from '@koinon/kernel';
import { exposureOf, rateFor } from '@koinon/kernel';
import {
  type Assurance,
  type AssuranceTerms,
  type Hex,
  KoinonError,
  type Manifest,
  type Quote,
} from '@koinon/protocol';
import { chooseProvider } from './chooseProvider.ts';
import { type DatasetFacts, lookUpDataset } from './lookUpDataset.ts';
import { planTraining } from './planTraining.ts';
import { requireAllowed } from './requireAllowed.ts';
import { datasetOf, runManifest } from './runManifest.ts';
import type { StudyServices } from './services.ts';

/** What is asked about: a program on public inputs with so much fuel, a dataset, or a study as it would be begun. */
export interface QuoteRequest {
  program?: string | undefined;
  fuel: bigint;
  assurance: AssuranceTerms;
  dataset?: bigint | undefined;
  /** Takes the place of all the above; the answer then says what its private jobs could tell. */
  study?: StudyRequest | undefined;
  /** What the order would promise for one audit, base units of its token. */
  auditAmount?: bigint | undefined;
}

export interface QuoteServices extends Pick<StudyServices, 'ports' | 'programs'> {
  record: AuditRecord;
}
type QuotePorts = Pick<NodePorts, 'chain' | 'network' | 'clock' | 'deployment' | 'signer'>;

/**
 * What an order would cost, and the chance that a wrong result is never found, before anything is signed; of jobs on private
 * rows, how much they could tell. Throws `K_NO_PROVIDER`, `K_BOND_TOO_SMALL`, `K_BAD_COMPARATOR`, `K_ASSURANCE_UNSUPPORTED`,
 * `K_TERMS_REFUSED`, and what looking up a dataset throws.
 */
export async function quoteFor(
  services: QuoteServices,
  request: QuoteRequest,
  signal: AbortSignal,
): Promise<Quote> {
  const { ports, record } = services;
  const { study } = request;
  const dataset = study ? datasetOfStudy(study) : request.dataset;
  if (dataset !== undefined) return quotePrivate(services, dataset, study, signal);
  const { program = '', fuel, assurance } = study?.kind === 'run' ? ofRun(study) : request;
  requireSupported(assurance);
  const { kind } = assurance;
  const replicas = kind === 'redundant' ? (assurance.replicas ?? 2) : 1;
  const chosen = await chooseProviders(ports, { fuel, replicas }, signal);
  const [{ provider, token, maxAmount }] = chosen;
  const least = assurance.auditRatePpm ?? 0;
  const auditRatePpm =
    kind === 'replay'
      ? Math.max(least, await rateFor(ports, record, { provider, program, maxAmount }))
      : least;
  const comparator = assurance.comparator === undefined ? undefined : parseComparator(assurance.comparator);
  const risk = riskOf({
    assurance: kind,
    replicas,
    auditRatePpm,
    ...(await exposureOf(ports, provider, maxAmount)),
    ...(comparator ? { comparator } : {}),
  });
  const providers = chosen.map(each => each.provider);
  const work = { token, workAmount: maxAmount, auditAmount: request.auditAmount ?? 0n };
  return told(kind, providers, work, replicas, auditRatePpm, risk);
}

/** The work that a study has done at the custodian; the test on public rows is ordered, and paid, besides. */
async function quotePrivate(
  services: QuoteServices,
  id: bigint,
  study: StudyRequest | undefined,
  signal: AbortSignal,
): Promise<Quote> {
  const { ports } = services;
  const dataset = await lookUpDataset(ports, id, signal);
  const { custodian, policy } = dataset;
  const jobs = study && jobsOf(services, study, dataset);
  const exposure = await exposureOf(ports, custodian, policy.amount);
  const risk = riskOf({ assurance: 'owner-audited', replicas: 1, auditRatePpm: ONE_PPM, ...exposure });
  // Each use is a grant of its own, and its owner may take a paid look before it answers.
  const workAmount = BigInt(jobs?.length ?? 1) * (policy.amount + policy.dryRunAmount);
  const work = { token: policy.token, workAmount, auditAmount: 0n };
  return {
    ...told('owner-audited', [custodian], work, 1, ONE_PPM, risk),
    ...(jobs ? { release: { jobs, caps: policy.bits } } : {}),
  };
}

type ReleaseJob = NonNullable<Quote['release']>['jobs'][number];

/** The jobs of a study that private rows are read by, each with its bound. */
function jobsOf(services: QuoteServices, study: StudyRequest, dataset: DatasetFacts): ReleaseJob[] {
  const told = (job: ReleaseJob['job'], manifest: Manifest): ReleaseJob => ({
    job,
    ...requireAllowed(dataset, manifest),
  });
  if (study.kind === 'run') {
    return [told('run', runManifest(study, dataset, { seed: new Uint8Array(32), timeMs: 0 }))];
  }
  const { train, measure } = planTraining(services, study, dataset);
  return [told('train', train), ...(measure ? [told('measure', measure)] : [])];
}

function datasetOfStudy(study: StudyRequest): bigint | undefined {
  return study.kind === 'train' ? study.dataset : datasetOf(study);
}

function ofRun({ program, assurance }: RunRequest): Pick<QuoteRequest, 'program' | 'fuel' | 'assurance'> {
  return { program, fuel: BigInt(PUBLIC_FUEL), assurance: assurance ?? { kind: 'replay' } };
}

/** The cheapest provider and, of other owners, as many more as there are replicas. Throws `K_NO_PROVIDER`. */
export async function chooseProviders(
  ports: QuotePorts,
  { fuel, replicas }: { fuel: bigint; replicas: number },
  signal: AbortSignal,
): Promise<[Chosen, ...Chosen[]]> {
  const next = (barred: readonly Hex[]) =>
    chooseProvider(ports, { fuel, token: ports.deployment.token, barred }, signal);
  const chosen: [Chosen, ...Chosen[]] = [await next([])];
  while (chosen.length < replicas) chosen.push(await next(chosen.map(({ provider }) => provider)));
  return chosen;
}
export type Chosen = Awaited<ReturnType<typeof chooseProvider>>;

/** Throws where nobody could check the result as asked. */
export function requireSupported({ kind }: AssuranceTerms): void {
  if (kind !== 'outcome') return;
  throw new KoinonError({
    code: 'K_ASSURANCE_UNSUPPORTED',
    message: 'An outcome is measured by an evaluator against hidden truth, and a single run names neither.',
    fault: 'user',
    next: 'Ask for "replay", or for "redundant" with a comparator such as metric:overall.accuracy,0.01.',
  });
}

function told(
  assurance: Assurance,
  providers: Hex[],
  { token, workAmount, auditAmount }: { token: Hex; workAmount: bigint; auditAmount: bigint },
  replicas: number,
  auditRatePpm: number,
  { undetectedPpm, lossOnDetection, isDeterred, factors }: Risk,
): Quote {
  const price = priceOfAssurance({ replicas, auditRatePpm, auditAmount }, workAmount);
  return {
    assurance,
    providers,
    token,
    workAmount: price.workAmount.toString(),
    replicasAmount: price.replicasAmount.toString(),
    auditsAmount: price.auditsAmount.toString(),
    totalAmount: price.totalAmount.toString(),
    auditRatePpm,
    risk: {
      undetectedPpm,
      lossOnDetection: lossOnDetection.toString(),
      isDeterred,
      factors: factors.map(({ amount, ...factor }) => ({
        ...factor,
        ...(amount === undefined ? {} : { amount: amount.toString() }),
      })),
    },
  };
}
