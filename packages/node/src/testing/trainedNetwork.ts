import type { Study } from '@koinon/services/studies';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { readShippedPrograms } from '../process/shippedPrograms.ts';
import { onTheMachine } from './onTheMachine.ts';
import { type SeededNetwork, seededNetwork, usualParts } from './seededNetwork.ts';

export interface TrainedNetwork {
  network: SeededNetwork;
  /** The study by which the researcher got its model, named `heart`. */
  study: Study;
  dataset: bigint;
}

/** A network that has done the main job once, with the shipped programs and the real executor. */
export async function trainedNetwork(seed: number): Promise<TrainedNetwork> {
  const network = await seededNetwork(seed);
  const executor = onTheMachine(network.loop);
  const programs = readShippedPrograms();
  return network.live(async () => {
    for (const { name } of usualParts) {
      await network.crash(name);
      await network.start(name, { executor, programs });
    }
    const dataset = await network.publish(syntheticCohort({ rows: 300, seed: 5 }), COHORT_TARGET);
    const studies = network.member('researcher').node.port('studies');
    const id = studies.begin({
      kind: 'train',
      dataset: dataset.id,
      purpose: 'Predict heart disease.',
      name: 'heart',
      groupBy: ['sex'],
    });
    return { network, study: await studies.settled(id), dataset: dataset.id };
  });
}
