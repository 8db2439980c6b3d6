// Runs the workload and kills its own process at a point, the second time it passes it: `killed.ts FOLDER POINT`.
// Everything it was promised goes to stdout before the next thing happens.
import { writeSync } from 'node:fs';
import { diskPlace } from './places.ts';
import { runWorkload, type Witness } from './workload.ts';

const [folder, point] = process.argv.slice(2) as [string, string];
const seldom = point.includes('delete');
let passes = 0;
const pass = (name: string): void => {
  if (name === point && (++passes === 2 || seldom)) process.kill(process.pid, 'SIGKILL');
};
const say = (...values: unknown[]): void => {
  writeSync(1, `${JSON.stringify(values)}\n`);
};
const witness: Witness = {
  kept: (...values) => say('kept', ...values),
  deleted: (...values) => say('deleted', ...values),
  logged: (...values) => say('logged', ...values),
  signed: (...values) => say('signed', ...values),
};
await runWorkload(
  diskPlace(folder),
  { beforeWrite: name => pass(`before ${name}`), afterWrite: name => pass(`after ${name}`) },
  witness,
);
