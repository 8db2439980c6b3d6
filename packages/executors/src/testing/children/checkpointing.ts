// Runs a long job that leaves its checkpoints in the file named by the first argument, until somebody kills it.
import { createExecutor } from '../../createExecutor.ts';
import { fileCheckpoints } from '../../fileCheckpoints.ts';
import { jobOf, options } from '../jobs.ts';
import { counting } from '../wasmProgram.ts';

const job = jobOf(counting(100, 1_000_000), { limits: { fuel: 1e12 } });
const checkpoints = fileCheckpoints(process.argv[2]!);
await createExecutor({ sandbox: 'process' }).run(job, { ...options, checkpoints, checkpointFuel: 1n });
