import type { Manifest, Policy } from '@koinon/protocol';
import type { Refusals } from './authoriseInput.ts';

/** What the owner allows at all: classes and sizes of artefacts, fuel. Refused before it runs, not after. */
export function checkPolicy(manifest: Manifest, policy: Policy, refusals: Refusals): void {
  refusals.unless(
    manifest.limits.fuel <= policy.maxFuel,
    'K_POLICY_FUEL',
    `The manifest may use ${manifest.limits.fuel} fuel, the owner allows ${policy.maxFuel}.`,
    `Set limits.fuel to at most ${policy.maxFuel}.`,
  );
  refusals.unless(
    manifest.outputs.length > 0,
    'K_POLICY_OUTPUTS',
    'The manifest declares no output, so nothing could leave.',
    'Declare the files the program writes.',
  );
  let total = 0;
  for (const { name, class: artefactClass, maxBytes } of manifest.outputs) {
    total += maxBytes;
    refusals.unless(
      policy.artefactClasses.includes(artefactClass),
      'K_POLICY_CLASS',
      `Output "${name}" is of class ${artefactClass}; the owner lets out ${policy.artefactClasses.join(', ') || 'nothing'}.`,
      'Leave it out.',
    );
    refusals.unless(
      maxBytes <= policy.maxArtefactBytes,
      'K_POLICY_SIZE',
      `Output "${name}" may have ${maxBytes} bytes, the owner allows ${policy.maxArtefactBytes}.`,
      `Set its maxBytes to at most ${policy.maxArtefactBytes}.`,
    );
  }
  refusals.unless(
    total <= policy.maxTotalBytes,
    'K_POLICY_SIZE',
    `All outputs together may have ${total} bytes, the owner allows ${policy.maxTotalBytes}.`,
    'Lower the maxBytes of the outputs.',
  );
}
