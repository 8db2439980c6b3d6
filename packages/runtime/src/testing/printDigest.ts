import { digestOfRuns } from './digestOfRuns.ts';

console.log(await digestOfRuns());
