import assert from 'node:assert/strict';
import { it } from 'node:test';
import { devAccount } from '@koinon/chain/devnet';
import { evmWorld } from '@koinon/chain/testing';
import { privateKeyToAccount } from 'viem/accounts';
import { BASE_FEE_WEI } from './blockHeader.ts';
import { evmChain } from './evmChain.ts';

const { address, privateKey } = devAccount(0);

const signed = (nonce: number, maxFeePerGas = 10n * BASE_FEE_WEI) =>
  privateKeyToAccount(privateKey).signTransaction({
    ...{ type: 'eip1559', chainId: 31_337, nonce, to: devAccount(1).address, value: 1n },
    ...{ gas: 21_000n, maxFeePerGas, maxPriorityFeePerGas: 1n },
  });
const manual = () => evmChain({ funded: [address], nowSeconds: () => 1_000, mining: 'manual' });

it('gives the same hashes for the same calls', async () => {
  const hashOf = async () => {
    const world = await evmWorld();
    await world.close();
    return world.chain.head().hash;
  };
  assert.equal(await hashOf(), await hashOf());
});

it('makes blocks of what waits, in the order of the nonces', async () => {
  const chain = await manual();
  const [second, first] = [await chain.send(await signed(1)), await chain.send(await signed(0))];
  assert.equal(await chain.nextNonce(address), 2n);
  assert.equal((await chain.account(address, 'pending')).nonce, 2n);
  assert.equal((await chain.account(address, chain.head())).nonce, 0n);
  const { receipts, timestampSeconds } = await chain.mine();
  assert.deepEqual(
    receipts.map(({ transaction, succeeded, gasUsed }) => [transaction, succeeded, gasUsed]),
    [
      [first, true, 21_000n],
      [second, true, 21_000n],
    ],
  );
  assert.equal(timestampSeconds, 1_001);
  assert.equal((await chain.mine()).receipts.length, 0);
});

it('takes in the place of a waiting transaction only one that pays more', async () => {
  const chain = await manual();
  await chain.send(await signed(0));
  await assert.rejects(chain.send(await signed(0)), /already known/);
  await assert.rejects(chain.send(await signed(0, 10n * BASE_FEE_WEI + 1n)), /underpriced/);
  await assert.rejects(chain.send(await signed(0, 1n)), /less than block base fee/);
  const better = await chain.send(await signed(0, 11n * BASE_FEE_WEI));
  const { receipts } = await chain.mine();
  assert.deepEqual([receipts.length, receipts[0]!.transaction], [1, better]);
  await assert.rejects(chain.send(await signed(0)), /nonce too low/);
});

it('goes back, and makes other blocks of what was lost', async () => {
  const chain = await manual();
  await chain.send(await signed(0));
  const lost = await chain.mine();
  await chain.goBack(0);
  assert.equal((await chain.account(address, chain.head())).nonce, 0n);
  const again = await chain.mine();
  assert.notEqual(again.hash, lost.hash);
  assert.equal(again.receipts[0]!.transaction, lost.receipts[0]!.transaction);
});

/** Answers the time of the block it is called in: TIMESTAMP, stored at 0 and returned. */
const CLOCK_CODE = `0x600a600c600039600a6000f3${'4260005260206000f3'}00` as const;

it('tells a call the time of its block, however often it was asked before', async () => {
  const chain = await manual();
  const creation = await privateKeyToAccount(privateKey).signTransaction({
    ...{ type: 'eip1559', chainId: 31_337, nonce: 0, data: CLOCK_CODE, gas: 200_000n },
    ...{ maxFeePerGas: 10n * BASE_FEE_WEI, maxPriorityFeePerGas: 1n },
  });
  await chain.send(creation);
  const { receipts } = await chain.mine();
  const to = receipts[0]!.contract!;
  const timeAt = async (at: Parameters<typeof chain.call>[1]) => Number(await chain.call({ to }, at));
  const before = chain.head();
  assert.equal(await timeAt(before), before.timestampSeconds);
  assert.equal(await timeAt('pending'), before.timestampSeconds + 1);
  const after = await chain.mine({ timestampSeconds: 5_000 });
  assert.deepEqual([await timeAt(after), await timeAt('pending')], [5_000, 5_001]);
  assert.equal(await timeAt(before), before.timestampSeconds);
  // With something that waits, and after it has found a block at another time than was thought.
  await chain.send(await signed(1));
  assert.equal(await timeAt('pending'), 5_001);
  const late = await chain.mine({ timestampSeconds: 9_000 });
  assert.equal(late.receipts.length, 1);
  assert.equal(await timeAt(late), 9_000);
});

it('comes to the same state and receipts whether it looked ahead or not', async () => {
  const run = async (looks: boolean) => {
    const chain = await manual();
    for (let nonce = 0; nonce < 6; nonce++) {
      await chain.send(await signed(nonce));
      if (looks) await chain.account(address, 'pending');
      if (nonce === 2) await chain.mine({ timestampSeconds: 4_000 });
    }
    await chain.mine();
    return chain.head().hash;
  };
  assert.equal(await run(true), await run(false));
});
