import { PUBLIC_FUEL, type RunRequest } from '@koinon/api';
import { ascending, type Cid, KoinonError, type Manifest } from '@koinon/protocol';
import type { DatasetFacts } from './lookUpDataset.ts';

/** The dataset that a single run reads; undefined for one on public inputs. Throws `K_SEVERAL_CUSTODIANS`. */
export function datasetOf({ inputs }: Pick<RunRequest, 'inputs'>): bigint | undefined {
  const ids = new Set(inputs.flatMap(({ source }) => ('dataset' in source ? [source.dataset] : [])));
  if (ids.size <= 1) return [...ids][0];
  throw new KoinonError({
    code: 'K_SEVERAL_CUSTODIANS',
    message: 'A job reads at most one private dataset.',
    fault: 'user',
    next: 'Run one job for each dataset.',
  });
}

/** The model that a single run measures; a grant leaves one open, so there is at most one. Throws `K_SEVERAL_CANDIDATES`. */
export function candidateOf({ inputs }: Pick<RunRequest, 'inputs'>): Cid | undefined {
  const candidates = new Set(
    inputs.flatMap(({ source }) => ('candidate' in source ? [source.candidate] : [])),
  );
  if (candidates.size <= 1) return [...candidates][0];
  throw new KoinonError({
    code: 'K_SEVERAL_CANDIDATES',
    message: 'A job measures at most one candidate.',
    fault: 'user',
    next: 'Run one job for each.',
  });
}

/** What a single run is, in full. */
export function runManifest(
  request: RunRequest,
  dataset: Pick<DatasetFacts, 'contentRoot' | 'policy'> | undefined,
  draw: Pick<Manifest, 'seed' | 'timeMs'>,
): Manifest {
  const fuel = dataset ? dataset.policy.maxFuel : PUBLIC_FUEL;
  const { program, params, outputs } = request;
  return {
    ...draw,
    koinon: 'manifest/2',
    executor: 'wasm',
    profile: 'koinon-det-1',
    program,
    inputs: request.inputs
      .map(({ name, source }): Manifest['inputs'][number] => ({
        name,
        source:
          'dataset' in source
            ? {
                dataset: {
                  id: source.dataset.toString(),
                  contentRoot: dataset!.contentRoot,
                  rows: source.rows,
                },
              }
            : source,
      }))
      .sort((a, b) => ascending(a.name, b.name)),
    params: params as Manifest['params'],
    limits: {
      fuel,
      stepFuel: fuel,
      memoryPages: 4096,
      callDepth: 512,
      outputBytes: outputs.reduce((sum, file) => sum + file.maxBytes, 0),
    },
    outputs: [...outputs].sort((a, b) => ascending(a.name, b.name)),
    private: dataset !== undefined,
  };
}
