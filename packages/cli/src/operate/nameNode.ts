import { namesRoutes, nodeNameSchema, nodeRoutes } from '@koinon/api';
import type { Hex } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { chooseNode } from '../api/chooseNode.ts';
import { shortAddress } from '../api/nodeNames.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { usageError } from '../terminal/usageError.ts';

/** Names a node on chain, or takes its name away; the node that is asked must be the owner of the named one. */
export async function nameNode(
  surroundings: Surroundings,
  first: string | undefined,
  second: string | undefined,
  { clear = false }: { clear?: boolean },
): Promise<void> {
  if (clear && second !== undefined)
    throw usageError('--clear goes without a name.', 'Give only the node: koinon node name --clear NODE.');
  const name = clear ? '' : first;
  const typed = clear ? first : second;
  if (name === undefined) throw usageError('What should the node be called?', 'Give a name, or --clear.');
  if (name !== '' && !nodeNameSchema.safeParse(name).success)
    throw usageError(
      `"${name.slice(0, 80)}" cannot be the name of a node.`,
      'Use a to z, 0 to 9 and single hyphens inside, at most 32 characters.',
    );
  const { client, addressOf } = chooseNode(surroundings, 'researcher');
  const wanted = typed === undefined ? undefined : requireAddress(addressOf(typed));
  const { nodes } = await client.call(nodeRoutes.nodes);
  const self = nodes.find(({ isSelf }) => isSelf)?.operator;
  const node = nodes.find(({ operator }) => operator === (wanted ?? self));
  if (!node)
    throw new KoinonError({
      code: 'K_NODE_UNREGISTERED',
      message: `Nobody registered ${wanted ?? 'the node that was asked'} as a node.`,
      fault: 'user',
      next: '"koinon node ls" lists the nodes of the network.',
    });
  if (node.owner !== self)
    throw usageError(
      `Only the owner of ${node.operator} names it, and that is ${node.owner}.`,
      'Ask a node whose operator key is the owner, with --node URL or --as MEMBER.',
    );
  const mined = await client.call(namesRoutes.set, {
    body: { name, ...(wanted === undefined ? {} : { node: wanted }) },
  });
  printResult(surroundings, { node: node.operator, name, ...mined }, style => {
    const done = name === '' ? 'has no name any more' : `is called ${style.bold(name)}`;
    return `${style.green('✓')} ${shortAddress(node.operator)} ${done}${style.dim(`  tx ${short(mined.transaction)}`)}`;
  });
}

function requireAddress(text: string): Hex {
  if (/^0x[0-9a-f]{40}$/i.test(text)) return text.toLowerCase() as Hex;
  throw usageError(
    `"${text.slice(0, 80)}" is neither an address nor a member of the local network.`,
    'Give 0x and 40 hex digits, as "koinon node ls --json" shows them.',
  );
}
