import { PUBLIC_FUEL, type RunRequest, stepName, stepResults } from '@koinon/api';
import type { Manifest } from '@koinon/protocol';
import { askAtCustodian } from './askAtCustodian.ts';
import { keepManifest } from './keepManifest.ts';
import { type DatasetFacts, lookUpDataset } from './lookUpDataset.ts';
import { requireSupported } from './quote.ts';
import { candidateOf, datasetOf, runManifest } from './runManifest.ts';
import { runReplicas } from './runReplicas.ts';
import type { StudyServices } from './services.ts';

/** One job by any program: on public inputs at the cheapest provider, or on a dataset at its custodian. */
export async function runStudy(
  services: StudyServices,
  study: string,
  request: RunRequest,
  signal: AbortSignal,
): Promise<void> {
  const { ports, workflows } = services;
  const id = datasetOf(request);
  const candidate = candidateOf(request);
  const dataset: DatasetFacts | undefined =
    id === undefined
      ? undefined
      : await workflows.step(
          study,
          'dataset',
          stepResults.dataset,
          () => lookUpDataset(ports, id, signal),
          signal,
        );
  const make = (): Manifest =>
    runManifest(request, dataset, { seed: ports.random(), timeMs: ports.clock.nowMs() });
  if (dataset) {
    const { purpose } = request;
    const asked = await askAtCustodian(services, { study, job: 'run', dataset, purpose, make }, signal);
    await asked.run(candidate);
    return;
  }
  const manifest = await keepManifest(
    services,
    study,
    stepName('run', 'manifest'),
    async () => make(),
    signal,
  );
  const terms = request.assurance ?? { kind: 'replay' };
  requireSupported(terms);
  await runReplicas(services, study, { manifest: manifest.bytes, fuel: BigInt(PUBLIC_FUEL), terms }, signal);
}
