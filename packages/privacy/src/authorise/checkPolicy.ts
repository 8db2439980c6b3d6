import type { ArtefactClass, Manifest, Policy, TableDescription } from '@koinon/protocol';
import { type Bound, boundOf } from '../bound/boundOf.ts';
import { opaqueBits } from '../bound/opaqueBits.ts';
import { settingOf } from '../gate/setting.ts';
import { type Refusal, Refusals } from './authoriseInput.ts';

/** Bits that jobs were charged with before, by this custodian's books. */
export interface ChargedBits {
  /** To this requester, in the year before now. */
  requesterYear: number;
  /** To all, in the year before now, and ever. */
  year: number;
  total: number;
}

/**
 * Whether jobs with these terms could be allowed at all under a policy, and the bound of each: what a requester can ask before
 * it asks, and a custodian before it bothers its owner.
 */
export function reviewTerms(
  manifest: Manifest,
  policy: Policy,
  description: TableDescription,
  charged?: ChargedBits,
): { bound: Bound | undefined; refusals: Refusal[] } {
  const refusals = new Refusals();
  const bound = checkPolicy(manifest, policy, description, charged, refusals);
  return { bound, refusals: refusals.reasons };
}

/** What the owner allows at all: inputs, outputs, bits, fuel. Refused before it runs, not after. Gives the bound of the job. */
export function checkPolicy(
  manifest: Manifest,
  policy: Policy,
  description: TableDescription,
  charged: ChargedBits | undefined,
  refusals: Refusals,
): Bound | undefined {
  refusals.unless(
    manifest.limits.fuel <= policy.maxFuel,
    'K_POLICY_FUEL',
    `The manifest may use ${manifest.limits.fuel} fuel, the owner allows ${policy.maxFuel}.`,
    `Set limits.fuel to at most ${policy.maxFuel}.`,
  );
  checkInputs(manifest, policy, refusals);
  checkOutputs(manifest, policy, description, refusals);
  const bound = boundOf(policy, manifest, description);
  if (bound) checkBits(bound.bits, policy, charged, refusals);
  return bound;
}

function checkInputs({ inputs }: Manifest, policy: Policy, refusals: Refusals): void {
  const datasets = inputs.filter(({ source }) => 'dataset' in source);
  refusals.unless(
    datasets.length === 1,
    'K_POLICY_INPUTS',
    `A private job reads one part of one dataset; this one names ${datasets.length}.`,
    'Name rows to train on, or rows held back, not both.',
  );
  for (const { name, source } of inputs) {
    refusals.unless(
      !('cid' in source) || policy.publicInputs.includes(source.cid),
      'K_POLICY_INPUTS',
      `Input "${name}" is a file of the requester's; beside private rows it could be made to read them out.`,
      'Leave it out, or have the owner name it in the policy. A model to be measured is named as a candidate.',
    );
    refusals.unless(
      !('candidate' in source) || policy.candidates,
      'K_POLICY_CANDIDATES',
      `Input "${name}" is a model to be measured, and the owner lets none be.`,
      'Ask the owner to allow candidates.',
    );
  }
}

function checkOutputs(
  manifest: Manifest,
  policy: Policy,
  description: TableDescription,
  refusals: Refusals,
): void {
  const { outputs } = manifest;
  refusals.unless(
    outputs.length > 0,
    'K_POLICY_OUTPUTS',
    'The manifest declares no output, so nothing could leave.',
    'Declare the files the program writes.',
  );
  const count = (wanted: ArtefactClass) => outputs.filter(output => output.class === wanted).length;
  for (const each of ['model', 'metrics', 'evaluation'] as const) {
    refusals.unless(
      count(each) <= policy.outputs[each],
      'K_POLICY_CLASS',
      `The manifest declares ${count(each)} files of class ${each}; the owner lets out ${policy.outputs[each]} a job.`,
      'Declare fewer.',
    );
  }
  const opaque = opaqueBits(manifest);
  refusals.unless(
    opaque <= policy.opaqueBits,
    'K_POLICY_CLASS',
    `Files of class table leave as they are, up to ${opaque} bits here; the owner allows ${policy.opaqueBits}.`,
    'Declare a model, metrics or an evaluation instead, or a smaller maxBytes.',
  );
  const setting = settingOf(policy, manifest, description);
  const isKnown = !('none' in setting) || outputs.every(output => output.class === 'table');
  refusals.unless(
    isKnown,
    'K_POLICY_TARGET',
    'none' in setting ? setting.none : '',
    'Name a category of the dataset as "target".',
  );
}

function checkBits(bits: number, policy: Policy, charged: ChargedBits | undefined, refusals: Refusals): void {
  refusals.unless(
    bits <= policy.bits.job,
    'K_POLICY_BITS',
    `One use can tell up to ${bits} bits, the owner allows ${policy.bits.job} a job.`,
    'Exclude columns, name fewer groups, or ask for fewer files.',
  );
  if (!charged) return;
  const caps = [
    [charged.requesterYear, policy.bits.requesterYear, 'to this requester in a year'],
    [charged.year, policy.bits.year, 'in a year'],
    [charged.total, policy.bits.total, 'in all'],
  ] as const;
  for (const [before, cap, what] of caps) {
    refusals.unless(
      before + bits <= cap,
      'K_BITS_SPENT',
      `The owner lets out ${cap} bits ${what}; ${before} are charged, and this use can tell ${bits}.`,
      'Wait until older releases are a year past, or ask the owner to raise the cap.',
    );
  }
}
