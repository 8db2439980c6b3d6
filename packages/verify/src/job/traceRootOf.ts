import { fromHex, type Hex, rootOf, toHex } from '@koinon/protocol';

/** RFC 6962 root over the state roots after each step: what an execution commits to. */
export function traceRootOf(roots: readonly Hex[]): Hex {
  return toHex(rootOf(roots.map(fromHex)));
}
