import { type Confinement, confinementText, isAdequate } from '@koinon/executors';
import type { SandboxSetting } from './nodeConfig.ts';

/** What confines the jobs of a node, as it tells it: measured, and once more in a line for people. */
export interface SandboxFacts extends Confinement {
  setting: SandboxSetting;
  isAdequate: boolean;
  jobsRunIn: string;
}

export function sandboxFacts(setting: SandboxSetting, confinement: Confinement): SandboxFacts {
  return {
    setting,
    isAdequate: isAdequate(confinement),
    ...confinement,
    jobsRunIn: confinementText(confinement),
  };
}
