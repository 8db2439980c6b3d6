import type { Hex } from '../bytes.ts';
import type { Domains } from '../statement.ts';

/**
 * The origin line of a node's log, and the name of its checkpoint key: the network the log is anchored on and the
 * operator who answers for it, so that no two logs share one. It is a name, not an address on the web.
 */
export function logOrigin(domains: Pick<Domains, 'chainId' | 'nodes'>, operator: Hex): string {
  return `koinon/${domains.chainId}/${domains.nodes.toLowerCase()}/${operator.toLowerCase()}`;
}
