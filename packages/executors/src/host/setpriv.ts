import type { Sandbox } from './sandbox.ts';

/** `nobody`, by number: a container need not have a name for it. */
const NOBODY = '65534';

export const NO_PRIVILEGES = ['--no-new-privs', '--inh-caps=-all'];
export const NO_CAPABILITIES = [...NO_PRIVILEGES, '--bounding-set=-all'];
export const BE_NOBODY = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups', ...NO_CAPABILITIES];

/** Arguments by which a root gives itself up before anything else is set up, where it does so then. */
export function giveUpRoot({ root }: Sandbox): string[] | undefined {
  if (root === 'before') return BE_NOBODY;
  return root === 'capabilities' ? NO_CAPABILITIES : undefined;
}
