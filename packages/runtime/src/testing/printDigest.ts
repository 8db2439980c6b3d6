import { digestOfRuns } from './digestOfRuns.ts';
import { digestOfSteps } from './digestOfSteps.ts';
import { stepping } from './randomSteps.ts';

/** Of as many programs of either kind as the arguments say (engines.test.ts). */
const [programs, steppingPrograms] = process.argv.slice(2).map(Number) as [number, number];
console.log(await digestOfRuns(programs), await digestOfSteps(stepping(steppingPrograms)));
