import { KoinonError, type Manifest } from '@koinon/protocol';
import { performJob } from '../request/performJob.ts';
import { keepManifest } from './keepManifest.ts';
import { type DatasetFacts, datasetStep, lookUpDataset } from './lookUpDataset.ts';
import { obtainGrant } from './obtainGrant.ts';
import { requireSupported } from './quote.ts';
import { runReplicas } from './runReplicas.ts';
import type { StudyServices } from './services.ts';
import type { RunRequest } from './studyBook.ts';

const PUBLIC_FUEL = 100_000_000_000;

/** One job by any program: on public inputs at the cheapest provider, or on a dataset at its custodian. */
export async function runStudy(
  services: StudyServices,
  study: string,
  request: RunRequest,
  signal: AbortSignal,
): Promise<void> {
  const { ports, workflows } = services;
  const ids = [
    ...new Set(request.inputs.flatMap(({ source }) => ('dataset' in source ? [source.dataset] : []))),
  ];
  if (ids.length > 1) {
    throw new KoinonError({
      code: 'K_SEVERAL_CUSTODIANS',
      message: 'A job reads at most one private dataset.',
      fault: 'user',
      next: 'Run one job for each dataset.',
    });
  }
  const [id] = ids;
  const dataset: DatasetFacts | undefined =
    id === undefined
      ? undefined
      : await workflows.step(study, 'dataset', datasetStep, () => lookUpDataset(ports, id, signal), signal);
  const fuel = dataset ? dataset.policy.maxFuel : PUBLIC_FUEL;
  const manifest = await keepManifest(
    services,
    study,
    'run',
    async () => ({
      koinon: 'manifest/1',
      executor: 'wasm',
      profile: 'koinon-det-1',
      program: request.program,
      inputs: request.inputs
        .map(({ name, source }): Manifest['inputs'][number] => ({
          name,
          source:
            'cid' in source
              ? source
              : { dataset: { id: source.dataset.toString(), contentRoot: dataset!.contentRoot } },
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      params: request.params as Manifest['params'],
      seed: ports.random(),
      timeMs: ports.clock.nowMs(),
      limits: {
        fuel,
        stepFuel: fuel,
        memoryPages: 4096,
        callDepth: 512,
        outputBytes: request.outputs.reduce((sum, file) => sum + file.maxBytes, 0),
      },
      outputs: [...request.outputs].sort((a, b) => (a.name < b.name ? -1 : 1)),
      private: dataset !== undefined,
    }),
    signal,
  );
  if (dataset) {
    const grant = await obtainGrant(services, study, dataset, manifest, request.purpose, signal);
    await performJob(
      ports,
      services,
      study,
      'run',
      {
        provider: dataset.custodian,
        manifest: manifest.bytes,
        grant,
        token: dataset.policy.token,
        maxAmount: grant.message.amount,
        assurance: 'owner-audited',
      },
      signal,
    );
    return;
  }
  const terms = request.assurance ?? { kind: 'replay' };
  requireSupported(terms);
  await runReplicas(services, study, { manifest: manifest.bytes, fuel: BigInt(fuel), terms }, signal);
}
