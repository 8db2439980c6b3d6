import { type Kernel, requireConfined, type Service, serviceKind } from '@koinon/kernel';
import { KoinonError, roles } from '@koinon/protocol';
import { z } from 'zod';
import { Catalogue } from './catalogue.ts';
import { countPredictions } from './countPredictions.ts';
import { inferenceRoutes } from './inferenceRoutes.ts';
import { modelRoutes } from './modelRoutes.ts';
import type { ServingPort } from './port.ts';
import { Predictors } from './predictors.ts';

const servingSettings = z.strictObject({});

export type ServingNeeds = Pick<Kernel, 'ports' | 'limits' | 'meter' | 'version'>;

/** All of it: what its routes and its tests work with. */
export interface ServingRoom extends ServingPort {
  catalogue: Catalogue;
  predictors: Predictors;
}

/** Answers questions to models, by the Open Inference Protocol. */
const serving =
  (_: z.output<typeof servingSettings>) =>
  ({ ports, limits, meter, version }: ServingNeeds): Service<ServingRoom> => {
    const catalogue = new Catalogue(ports.store.database);
    const predictors = new Predictors(ports.store.blobs, undefined, async model => {
      await requireConfined(ports, limits);
      if (!ports.executor.openModel) throw noModels();
      return ports.executor.openModel(model);
    });
    const { store, chain, clock } = ports;
    return {
      name: 'serving',
      port: { catalogue, predictors, serve: model => catalogue.add(model) },
      routes: [
        ...modelRoutes({ ports: { store, chain }, catalogue }),
        ...inferenceRoutes({
          ...{ catalogue, predictors, version },
          blobs: store.blobs,
          beginPrediction: countPredictions(meter, clock),
        }),
      ],
      metrics: [
        {
          name: 'koinon_models_loaded',
          help: 'Models loaded and ready.',
          kind: 'gauge',
          read: () => [{ value: predictors.size }],
        },
      ],
      takeUp: () => undefined,
      stop: () => predictors.close(),
    };
  };

export const servingKind = serviceKind({
  name: 'serving',
  settings: servingSettings,
  needs: [],
  uses: [],
  roles: () => roles.gateway,
  create: serving,
});

function noModels(): KoinonError {
  return new KoinonError({
    code: 'K_MODELS_UNRUN',
    message: 'What runs programs on this node does not load models.',
    fault: 'platform',
    next: 'Ask a node that runs models, or run this one as a process of its own.',
  });
}
