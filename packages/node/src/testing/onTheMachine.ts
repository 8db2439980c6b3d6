import type { Executor } from '@koinon/executors';
import { createExecutor } from '@koinon/executors';
import type { Loop } from '@koinon/world';

/** The executor that people run, in processes of the machine: a world's time stands while one works. */
export function onTheMachine({ outside }: Loop): Executor {
  const real = createExecutor();
  return {
    ...real,
    run: (job, options) => outside(real.run(job, options)),
    replayStep: (job, step, options) => outside(real.replayStep(job, step, options)),
    captureState: (job, index, options) => outside(real.captureState(job, index, options)),
    confinement: () => outside(real.confinement()),
  };
}
