import type { Hex } from '@koinon/protocol';
import { escrowAbi } from '@koinon/protocol/abi';
import { column } from '@koinon/store';
import { encodeFunctionData } from 'viem/utils';
import { z } from 'zod';
import { type Broken, type Evidence, nameOf } from './check.ts';

/** Failures in a row after which a matter is held to be stuck: it has been tried for more than an hour. */
const STUCK_FAILURES = 60;

/** Every study that was begun has ended, or said why it did not. */
export async function studiesEnd({ world, begun }: Evidence): Promise<Broken[]> {
  const studies = world.member('researcher').node.port('studies');
  return begun.flatMap(id => {
    const study = studies.get(id);
    const say = (what: string) => [{ checker: 'ends', subject: `study ${id}`, what }];
    if (study === undefined) return say('it was begun, and its requester does not know of it');
    if (study.state === 'running') return say('it goes on for ever');
    if (study.state === 'failed' && !study.failure?.message) return say('it failed and says nothing');
    return [];
  });
}

const matterSchema = z.object({
  list: column.text,
  key: column.text,
  atMs: column.integer.nullable(),
  atSeconds: column.integer.nullable(),
  atBlock: column.integer.nullable(),
  failures: column.integer,
});

/** Nobody is at anything for ever: what is left to do waits for a time that it names. */
export async function agendasEnd({ world, plans }: Evidence): Promise<Broken[]> {
  return plans.flatMap(({ name }) =>
    world
      .member(name)
      .store.database.all('SELECT * FROM agenda ORDER BY rowid', matterSchema)
      .flatMap(({ list, key, atMs, atSeconds, atBlock, failures }) => {
        const isWaiting = atMs !== null || atSeconds !== null || atBlock !== null;
        if (isWaiting && failures < STUCK_FAILURES) return [];
        const what = `"${list} ${key}" is not done and ${isWaiting ? `failed ${failures} times` : 'waits for nothing'}`;
        return [{ checker: 'ends', subject: name, what }];
      }),
  );
}

/** What was disputed or demanded has been decided. */
export async function courtDecides(evidence: Evidence): Promise<Broken[]> {
  const { court } = evidence.reader;
  const open = [
    ...(await court.disputes()).map(({ dispute, accused, outcome }) => ({ id: dispute, accused, outcome })),
    ...(await court.demands()).map(({ demand, node, outcome }) => ({ id: demand, accused: node, outcome })),
  ].filter(({ outcome }) => outcome === 'open');
  return open.map(({ id, accused }) => {
    const what = `what is between it and the court (${id}) stays undecided`;
    return { checker: 'ends', subject: nameOf(evidence, accused), what };
  });
}

/** Whoever paid into a channel can ask for it to be closed, now or since before. */
export async function channelsCanClose({ world, reader, plans }: Evidence): Promise<Broken[]> {
  const { evm, deployment } = world.chain;
  const broken: Broken[] = [];
  for (const { name } of plans) {
    const from = world.operatorOf(name);
    for (const { channel, params } of await reader.escrow.channels({ payer: from })) {
      const { closesAt, deposited, claimed } = await reader.escrow.channel(params);
      if (closesAt !== undefined || deposited === claimed) continue;
      const data = encodeFunctionData({ abi: escrowAbi, functionName: 'requestClose', args: [params] });
      try {
        await evm.call({ from, to: deployment.escrow as Hex, data }, evm.head());
      } catch (error) {
        const what = `channel ${channel} holds ${deposited - claimed} and cannot be closed: ${String(error)}`;
        broken.push({ checker: 'ends', subject: name, what });
      }
    }
  }
  return broken;
}
