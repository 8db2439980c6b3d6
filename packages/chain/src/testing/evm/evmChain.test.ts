import assert from 'node:assert/strict';
import { it } from 'node:test';
import { privateKeyToAccount } from 'viem/accounts';
import { devAccount } from '../../devnet/devAccounts.ts';
import { evmWorld } from '../evmWorld.ts';
import { BASE_FEE_WEI, evmChain } from './evmChain.ts';

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
