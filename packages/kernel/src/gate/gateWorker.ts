import { parentPort } from 'node:worker_threads';
import { asKoinonError } from '@koinon/protocol';
import { type GateTask, performGateTask } from './gateTask.ts';
import type { WorkerAnswer } from './workerPool.ts';

/** The thread in which a node reads what programs and strangers wrote. */
const port = parentPort!;
const say = (answer: WorkerAnswer): void => port.postMessage(answer);

port.on('message', (task: GateTask) => {
  performGateTask(task).then(
    value => say({ value }),
    error => say({ error: asKoinonError(error).toJSON() }),
  );
});
