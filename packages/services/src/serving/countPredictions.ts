import { ANSWER_SECONDS, type Clock, type Meter } from '@koinon/kernel';

export type PredictionResult = 'answered' | 'refused' | 'failed';

/** Starts the clock for a question to a model; call what it returns with what the question came to. */
export type BeginPrediction = () => (result: PredictionResult, rows: number) => void;

export function countPredictions(meter: Meter, { nowMs }: Pick<Clock, 'nowMs'>): BeginPrediction {
  const predictions = meter.counter({
    name: 'koinon_predictions_total',
    help: 'Questions to models.',
    labelNames: ['result'],
  });
  const predictedRows = meter.counter({
    name: 'koinon_predicted_rows_total',
    help: 'Rows that models answered.',
  });
  const seconds = meter.histogram({
    name: 'koinon_prediction_duration_seconds',
    help: 'Time a question to a model took, waiting and loading included.',
    buckets: ANSWER_SECONDS,
  });
  return () => {
    const startedMs = nowMs();
    return (result, rows) => {
      predictions(1, { result });
      predictedRows(rows);
      if (result === 'answered') seconds(Math.max(0, nowMs() - startedMs) / 1000);
    };
  };
}
