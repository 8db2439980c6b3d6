import type { NetworkNode, Status } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { shortHex } from '../words/format.ts';

let known: { nodes: NetworkNode[]; status: Status } | undefined;
let loading: Promise<void> | undefined;

/** Who is on the network, asked for once: what stands beside an address. */
export async function learnAddresses(): Promise<void> {
  loading ??= Promise.all([ask<{ nodes: NetworkNode[] }>('/api/nodes'), ask<Status>('/api/status')]).then(
    ([{ nodes }, status]) => {
      known = { nodes, status };
    },
    () => {
      loading = undefined;
    },
  );
  await loading;
}

const roleNames: Record<string, string> = {
  custody: 'custodian',
  provide: 'provider',
  audit: 'auditor',
  evaluate: 'evaluator',
  gateway: 'gateway',
};

export function roleName(role: string): string {
  return roleNames[role] ?? role;
}

/** What a node is, in a word or two: "this node", "custodian". */
export function aboutAddress(address: string): string | undefined {
  const node = known?.nodes.find(({ operator }) => operator === address.toLowerCase());
  if (!node) return undefined;
  if (node.isSelf) return 'this node';
  return node.roles.map(roleName).join(' and ');
}

/** A node by the short form of its address, with what it is. */
export function Address({ of: address, bare = false }: { of: string; bare?: boolean }) {
  const about = bare ? undefined : aboutAddress(address);
  return (
    <span class="address">
      <code title={address}>{shortHex(address)}</code>
      {about && <span class="muted"> ({about})</span>}
    </span>
  );
}
