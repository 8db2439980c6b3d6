import { digestOfRuns } from './digestOfRuns.ts';
import { digestOfSteps } from './digestOfSteps.ts';
import { randomSteps } from './randomSteps.ts';

/** As many programs as in engines.test.ts. */
const modules = Array.from({ length: 30 }, (_, seed) => randomSteps(seed));
console.log(await digestOfRuns(), await digestOfSteps(modules));
