import type { Manifest, Policy, TableDescription } from '@koinon/protocol';
import { settingOf } from '../gate/setting.ts';
import { scoreNumbers } from './linearFacts.ts';

/**
 * How many numbers a model that leaves such a job is rebuilt from: intercepts, weights, and the exponent they share.
 * Undefined where no model of a known class can come of it.
 */
export function modelNumbers(
  policy: Policy,
  manifest: Manifest,
  description: TableDescription,
): number | undefined {
  const setting = settingOf(policy, manifest, description);
  return 'none' in setting ? undefined : scoreNumbers(setting) + 1;
}
