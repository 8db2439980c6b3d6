import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryChain } from '@koinon/chain/twin';
import type { Hex } from '@koinon/protocol';
import { random } from '../engine/random.ts';
import { honest } from '../node/behaviour.ts';
import type { SimNode } from '../node/simNode.ts';
import { grinder, isKind } from './grinder.ts';

test('grinding would work with a beacon that is known, and does nothing with one that is not', async () => {
  const chain = memoryChain().connect();
  const { hash } = await chain.block('latest');
  const stream = random('grinder');
  const friend: Hex = `0x${'12'.repeat(20)}`;
  const ring = { members: [`0x${'34'.repeat(20)}`, friend] as const, random: stream };
  const behaviour = grinder.corrupt(honest(), ring, 0);
  const node = { chain, random: stream } as unknown as SimNode;
  let known = 0;
  let unknown = 0;
  for (let i = 0; i < 60; i++) {
    const receipt = stream.bytes32();
    const salt = await behaviour.leafSalt(receipt, node);
    if (isKind(hash, receipt, salt, friend)) known++;
    if (isKind(stream.bytes32(), receipt, salt, friend)) unknown++;
  }
  assert.ok(known > 50, String(known));
  assert.ok(unknown < 12, String(unknown));
});
