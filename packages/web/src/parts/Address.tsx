import type { NetworkNode } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { shortHex } from '../words/format.ts';

interface Known {
  nodes: readonly NetworkNode[];
  /** What its owner calls a node, by the node's address. */
  names: ReadonlyMap<string, string>;
}

let known: Known | undefined;
let loading: Promise<void> | undefined;

/** Who is on the network and what it is called, asked for once: what stands beside an address. */
export async function learnAddresses(services: readonly string[]): Promise<void> {
  loading ??= Promise.all([ask('node.nodes'), services.includes('names') ? loadNames() : new Map()]).then(
    ([{ nodes }, names]) => {
      known = { nodes, names };
    },
    () => {
      loading = undefined;
    },
  );
  await loading;
}

/** Names are an aid: where they cannot be had, addresses stand alone. */
async function loadNames(): Promise<Known['names']> {
  const { names } = await ask('names.list').catch(() => ({ names: [] }));
  return new Map(names.map(({ node, name }) => [node, name]));
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

/** What its owner calls the node of an address, where it is called anything. */
export function nameOfNode(address: string): string | undefined {
  return known?.names.get(address.toLowerCase());
}

/** What a node is, in a word or two: "this node", "custodian". */
function aboutAddress(address: string): string | undefined {
  const node = known?.nodes.find(({ operator }) => operator === address.toLowerCase());
  if (!node) return undefined;
  if (node.isSelf) return 'this node';
  return node.roles.map(roleName).join(' and ');
}

/** A node by its name and the short form of its address, with what it is. Leads to the node's page. */
export function Address({
  of: address,
  bare = false,
  plain = false,
}: {
  of: string;
  /** Without what it is. */
  bare?: boolean;
  /** Without a link: for what is to be pressed itself. */
  plain?: boolean;
}) {
  const about = bare ? undefined : aboutAddress(address);
  const name = nameOfNode(address);
  // Two owners may call theirs the same, so the address stands beside every name.
  const called = (
    <>
      {name && <strong>{name} </strong>}
      <code title={address}>{shortHex(address)}</code>
    </>
  );
  return (
    <span class="address">
      {plain ? called : <a href={`/network/${address.toLowerCase()}`}>{called}</a>}
      {about && <span class="muted"> ({about})</span>}
    </span>
  );
}
