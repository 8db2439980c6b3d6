import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryChain } from '@koinon/chain/twin';
import { type Hex, roles } from '@koinon/protocol';
import { candidatesOf } from './chainSources.ts';

const PEER = '16Uiu2HAmHaMx6vnxJy5ZCjPS1KzNGsUJZjTHLZ7Eqw5tFJYdcabv';
const KOIN = 10n ** 18n;
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;
const [alder, alderAudit, birch, cedar, dove, researcher] = [1, 2, 3, 4, 5, 6].map(address) as [
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
  Hex,
];

test('a lot is drawn among staked auditors, less those of the owners of the two parties', async () => {
  const memory = memoryChain({ seed: 'candidates' });
  const join = async (operator: Hex, mask: number, stake: bigint, owner = operator) => {
    const chain = memory.connect(operator);
    memory.mint(operator, 100n * KOIN);
    await chain.nodes.register({ owner, peerId: PEER, roles: mask, multiaddrs: [] });
    if (stake > 0n) await chain.nodes.stake(operator, stake);
  };
  await join(alder, roles.provide | roles.audit, 10n * KOIN);
  await join(alderAudit, roles.audit, 10n * KOIN, alder);
  await join(birch, roles.audit, 20n * KOIN);
  await join(cedar, roles.provide, 30n * KOIN);
  await join(researcher, roles.gateway, 0n);
  const chain = memory.connect();
  const { number } = await chain.block('latest');
  await join(dove, roles.audit, 40n * KOIN);
  const draw = { provider: alder, requester: researcher };
  const before = await candidatesOf(chain, { ...draw, anchorBlock: number + 1 });
  assert.deepEqual(before, [{ operator: birch, stake: 20n * KOIN }]);
  const { number: later } = await chain.block('latest');
  memory.mine();
  const after = await candidatesOf(chain, { ...draw, anchorBlock: later + 1 });
  assert.deepEqual(
    after.map(({ operator }) => operator),
    [birch, dove],
  );
});
