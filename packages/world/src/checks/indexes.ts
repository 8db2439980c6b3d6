import type { Chain } from '@koinon/chain';
import type { Hex } from '@koinon/protocol';
import type { Broken, Evidence } from './check.ts';

/** What each node knows of the chain is what somebody sees who reads it for the first time. */
export async function indexesAgree({ world, reader, plans }: Evidence): Promise<Broken[]> {
  const operators = plans.map(({ name }) => world.operatorOf(name));
  const fresh = await seenBy(reader, operators);
  const broken: Broken[] = [];
  for (const { name } of plans) {
    const seen = await seenBy(world.member(name).node.ports.chain, operators);
    for (const [part, text] of seen) {
      if (text === fresh.get(part)) continue;
      broken.push({
        ...{ checker: 'index', subject: name },
        what: `of ${part} it knows ${text}, and the chain has ${fresh.get(part)}`,
      });
    }
  }
  return broken;
}

/** Everything an index keeps, as text. */
async function seenBy(chain: Chain, operators: readonly Hex[]): Promise<ReadonlyMap<string, string>> {
  const parts = new Map<string, string>();
  const put = (part: string, value: unknown) =>
    parts.set(
      part,
      JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? `${item}` : item)),
    );
  put('operators', [...(await chain.nodes.operators())].sort());
  put('the court', await chain.court.timeline());
  for (const operator of operators) {
    put(`the anchors of ${operator}`, await chain.nodes.anchors(operator));
    put(`the channels of ${operator}`, await chain.escrow.channels({ payer: operator }));
  }
  return parts;
}
