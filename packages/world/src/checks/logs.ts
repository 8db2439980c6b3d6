import { equalBytes, fromHex } from '@koinon/protocol';
import type { Broken, Evidence } from './check.ts';

/** One log, one history: what a node anchored is the root of its log, and nothing it ever said was said otherwise. */
export async function logsHaveOneHistory({ world, reader, plans, history }: Evidence): Promise<Broken[]> {
  history.look();
  const broken = [...history.broken];
  const say = (subject: string, what: string) => broken.push({ checker: 'one history', subject, what });
  for (const { name } of plans) {
    const { store, operator } = world.member(name);
    const { log } = store;
    for (const { size, root } of await reader.nodes.anchors(operator)) {
      if (size > BigInt(log.size)) say(name, `it anchored ${size} entries and has ${log.size}`);
      else if (!equalBytes(log.root(Number(size)), fromHex(root))) {
        say(name, `what it anchored of ${size} entries is not the root of its log`);
      }
    }
    const pending = log.pending();
    if (pending !== undefined) say(name, `entry ${pending.index} was reserved and never signed`);
    const { size } = await reader.nodes.head(operator);
    if (size < BigInt(log.size)) say(name, `of ${log.size} entries it has anchored ${size}`);
  }
  return broken;
}
