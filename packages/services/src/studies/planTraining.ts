import type { TrainRequest } from '@koinon/api';
import { type Cid, KoinonError, type Manifest } from '@koinon/protocol';
import type { DatasetFacts } from './lookUpDataset.ts';
import type { StudyServices } from './services.ts';
import { heldBackTestManifest, trainingManifest } from './trainingManifests.ts';

export interface TrainingPlan {
  target: string;
  /** The jobs on private rows that the owner is asked about. `measure` tests the model on the rows held back. */
  train: Manifest;
  measure?: Manifest;
  /** Public rows to test on, where there is no `measure`. */
  testTable?: Cid;
}

/** What is to be done at the custodian for a training, and where its model is tested. Throws `K_TRAIN_INCOMPLETE`. */
export function planTraining(
  services: Pick<StudyServices, 'programs'>,
  request: TrainRequest,
  dataset: DatasetFacts,
): TrainingPlan {
  const target = request.target ?? dataset.target;
  if (!target) throw missing('the column to predict', 'Give it with --target COLUMN.');
  const train = trainingManifest(services, request, dataset, target);
  const testTable = request.privateTest ? undefined : (request.testTable ?? dataset.publicTable);
  if (testTable) return { target, train, testTable };
  if (dataset.description.approximateHeldBackRows === 0) {
    throw missing(
      request.privateTest
        ? 'rows held back to test on'
        : 'rows to test on: none are public, and none are held back',
      request.privateTest && dataset.publicTable
        ? 'Leave out --private-test: it has public rows.'
        : 'Give public rows with --test FILE.csv.',
    );
  }
  return { target, train, measure: heldBackTestManifest(services, request, dataset, target) };
}

function missing(what: string, next: string): KoinonError {
  return new KoinonError({
    code: 'K_TRAIN_INCOMPLETE',
    message: `The dataset does not name ${what}.`,
    fault: 'user',
    next,
  });
}
