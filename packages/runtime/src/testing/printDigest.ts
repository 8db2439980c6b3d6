import { digestOfRuns } from './digestOfRuns.ts';
import { digestOfSteps } from './digestOfSteps.ts';
import { modulesFromInput } from './modulesFromInput.ts';

/** Of as many programs as the argument says, and of those on standard input, which run in steps (engines.test.ts). */
console.log(await digestOfRuns(Number(process.argv[2])), await digestOfSteps(modulesFromInput()));
