/** The packages from the ground up. One imports only from lower floors (docs/architecture.md). */
const storeys: readonly (readonly string[])[] = [
  ['protocol'],
  ['runtime', 'tabular', 'privacy', 'integrity', 'verify', 'api'],
  ['chain', 'network', 'store', 'executors', 'sdk'],
  ['kernel'],
  ['services'],
  ['node'],
  ['world', 'simulate'],
  ['cli', 'web'],
];

/** The floor of each package. */
export const floors: ReadonlyMap<string, number> = new Map(
  storeys.flatMap((names, floor) => names.map(name => [name, floor] as const)),
);

/**
 * Imports that stay on one floor on purpose: the privacy gate and the comparison of replicas read tables with `tabular`.
 * Whoever checks evidence works out bounds and reads released files with the gate's own functions: a second opinion on
 * either would be another gate. One that nothing uses is a fault.
 */
export const sideways: readonly string[] = ['integrity → tabular', 'privacy → tabular', 'verify → privacy'];
