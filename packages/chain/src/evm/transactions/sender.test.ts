import assert from 'node:assert/strict';
import { afterEach, it } from 'node:test';
import type { KoinonError } from '@koinon/protocol/errors';
import { encodeErrorResult } from 'viem/utils';
import { devAccount } from '../../devnet/devAccounts.ts';
import { type FakeChain, fakeChain } from '../../testing/fakeChain.ts';
import { simulatedClock } from '../../testing/simulatedClock.ts';
import { abis } from '../contracts/deployed.ts';
import { failoverRpc } from '../rpc/failover.ts';
import { pollHeads } from '../rpc/heads.ts';
import { type JournaledTransaction, memoryJournal, type TransactionJournal } from './journal.ts';
import { transactionSender } from './sender.ts';

const { address: account, privateKey } = devAccount(0);
const call = { to: account, data: '0x1234', doing: 'the test' } as const;

const running = new Set<() => void>();
afterEach(() => {
  for (const stop of running) stop();
  running.clear();
});

interface SetUp {
  chain?: FakeChain;
  journal?: TransactionJournal;
  endpoints?: number;
}

/** A sender over fake endpoints, with a block every second of a simulated clock. */
function setUp({ chain = fakeChain(), journal = memoryJournal(), endpoints = 1 }: SetUp = {}) {
  const clock = simulatedClock();
  const over = new AbortController();
  chain.mineEvery(1_000, clock, over.signal);
  const transports = Array.from({ length: endpoints }, (_, i) => chain.endpoint(`endpoint ${i}`));
  const rpc = failoverRpc({ transports, chainId: chain.chainId, clock });
  const heads = pollHeads({ rpc, clock, pollingMs: 100, idlePollingMs: 2_400 });
  const options = { rpc, heads, clock, chainId: chain.chainId, privateKey, journal };
  const sender = transactionSender({ ...options, stuckAfterMs: 5_000, confirmations: 1 });
  const stop = () => {
    over.abort();
    sender.close();
    heads.close();
    rpc.close();
  };
  running.add(stop);
  return { chain, clock, transports, rpc, sender, journal, stop };
}
const mined = (chain: FakeChain) => chain.blocks.flatMap(block => block.transactions);
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail('nothing was thrown'),
    (error: KoinonError) => error.toJSON(),
  );

it('has every transaction in the journal before any endpoint has it', async () => {
  const { chain, sender, journal, transports } = setUp();
  const { request } = transports[0]!;
  transports[0]!.request = async (method, params, signal) => {
    if (method === 'eth_sendRawTransaction') {
      const raws = journal.pending(account, chain.chainId).flatMap(entry => entry.attempts.map(a => a.raw));
      assert.ok(raws.some(raw => raw === params[0]));
    }
    return request(method, params, signal);
  };
  const receipt = await sender.send(call, 'once');
  const entry = journal.get(account, chain.chainId, 'once')!;
  assert.equal(entry.outcome.status, 'mined');
  assert.equal(entry.attempts[0]!.hash, receipt.transactionHash);
});

it('gives concurrent transactions nonces in order', async () => {
  const { chain, sender } = setUp();
  await Promise.all(Array.from({ length: 5 }, () => sender.send(call)));
  assert.deepEqual(
    mined(chain).map(tx => tx.nonce),
    [0, 1, 2, 3, 4],
  );
});

it('gives no nonce twice when the endpoint forgets what is pending', async () => {
  const { chain, sender, transports } = setUp();
  transports[0]!.mood.forgetsPending = true;
  await Promise.all([sender.send(call), sender.send(call), sender.send(call)]);
  assert.deepEqual(
    mined(chain).map(tx => tx.nonce),
    [0, 1, 2],
  );
});

it('raises the fee of a stuck transaction under the same nonce, and none is mined twice', async () => {
  const { chain, sender, journal } = setUp();
  chain.feeFloorWei = 250n;
  const both = await Promise.all([sender.send(call, 'stuck'), sender.send(call, 'behind it')]);
  const { attempts } = journal.get(account, chain.chainId, 'stuck')!;
  assert.ok(attempts.length > 1);
  attempts.slice(1).forEach((attempt, i) => {
    assert.ok(attempt.maxFeePerGasWei * 10n >= attempts[i]!.maxFeePerGasWei * 11n);
    assert.ok(attempt.maxPriorityFeePerGasWei * 10n >= attempts[i]!.maxPriorityFeePerGasWei * 11n);
  });
  assert.deepEqual(
    mined(chain).map(tx => tx.hash),
    both.map(receipt => receipt.transactionHash),
  );
});

it('broadcasts again what an endpoint has dropped', async () => {
  const { chain, clock, sender, transports } = setUp();
  transports[0]!.mood.drops = true;
  const sent = sender.send(call);
  await clock.wait(7_000);
  transports[0]!.mood.drops = false;
  await sent;
  assert.equal(mined(chain).length, 1);
});

it('takes another nonce when another sender of the key took the first', async () => {
  const { chain, clock, sender, transports, journal } = setUp();
  transports[0]!.mood.drops = true;
  const sent = sender.send(call, 'raced');
  await clock.wait(500);
  chain.intrude();
  transports[0]!.mood.drops = false;
  const receipt = await sent;
  assert.equal(journal.get(account, chain.chainId, 'raced')!.nonce, 1);
  assert.deepEqual(
    mined(chain).map(tx => tx.hash === receipt.transactionHash),
    [false, true],
  );
});

it('waits for an endpoint that dies after the broadcast', async () => {
  const { chain, clock, sender, transports } = setUp();
  const sent = sender.send(call);
  await clock.wait(200);
  transports[0]!.mood.dead = true;
  await clock.wait(40_000);
  transports[0]!.mood.dead = false;
  await sent;
  assert.equal(mined(chain).length, 1);
});

it('signs nothing while no endpoint answers', async () => {
  const { chain, sender, journal, transports } = setUp();
  transports[0]!.mood.dead = true;
  await assert.rejects(sender.send(call), { code: 'K_RPC_UNREACHABLE' });
  assert.deepEqual(journal.pending(account, chain.chainId), []);
});

it('sends what a killed process had signed but not broadcast, and not a second one', async () => {
  const first = setUp();
  first.transports[0]!.mood.drops = true;
  void first.sender.send(call, 'anchor:7').catch(() => undefined);
  while (first.journal.get(account, 31_337, 'anchor:7') === undefined) await first.clock.wait(10);
  first.stop();
  assert.equal(mined(first.chain).length, 0);

  const second = setUp({ chain: first.chain, journal: first.journal });
  await second.sender.resume();
  const receipt = await second.sender.send(call, 'anchor:7');
  await second.sender.send(call, 'anchor:8');
  assert.deepEqual(mined(first.chain).length, 2);
  assert.equal(mined(first.chain)[0]!.hash, receipt.transactionHash);
});

it('sends nothing for a key whose transaction was mined while nobody watched', async () => {
  const first = setUp();
  const sent = first.sender.send(call, 'claim:1').catch(() => undefined);
  while (first.chain.pool.length === 0) await first.clock.wait(10);
  first.stop();
  await sent;
  first.chain.mine();
  const second = setUp({ chain: first.chain, journal: first.journal });
  const receipt = await second.sender.send(call, 'claim:1');
  assert.deepEqual(
    mined(first.chain).map(tx => tx.hash),
    [receipt.transactionHash],
  );
});

it('sends again what a chain that went back has lost', async () => {
  const { chain, sender, journal } = setUp();
  const receipt = await sender.send(call, 'lost');
  chain.goBack(0);
  assert.equal(mined(chain).length, 0);
  await sender.resume();
  const again = await sender.send(call, 'lost');
  assert.equal(again.transactionHash, receipt.transactionHash);
  assert.equal(journal.get(account, chain.chainId, 'lost')!.outcome.status, 'mined');
  assert.equal(mined(chain).length, 1);
});

it('says why a contract refused, before anything is sent', async () => {
  const { chain, sender, journal } = setUp();
  chain.estimateReverts = encodeErrorResult({
    abi: abis.nodes,
    errorName: 'LogShrank',
    args: [account, 2n, 3n],
  });
  const error = await rejection(sender.send(call, 'shrinks'));
  assert.partialDeepStrictEqual(error, {
    code: 'K_CHAIN_REVERTED',
    message: `The contract refused the test: log shrank (operator ${account}, size 2, anchoredSize 3).`,
    data: { error: 'LogShrank', size: '2', anchoredSize: '3' },
  });
  assert.equal(journal.get(account, chain.chainId, 'shrinks'), undefined);
});

it('says why a contract refused a transaction that passed its trial', async () => {
  const { chain, sender, journal } = setUp();
  chain.minedReverts = encodeErrorResult({ abi: abis.models, errorName: 'ZeroDigest' });
  const error = await rejection(sender.send(call, 'late'));
  assert.partialDeepStrictEqual(error, { code: 'K_CHAIN_REVERTED', data: { error: 'ZeroDigest' } });
  assert.equal(journal.get(account, chain.chainId, 'late')!.outcome.status, 'reverted');
  chain.minedReverts = undefined;
  await sender.send(call, 'late');
});

it('fills the nonce of a transaction that a chain which went back has lost for good', async () => {
  const { chain, sender } = setUp();
  chain.minedReverts = '0x';
  await rejection(sender.send(call, 'reverted'));
  chain.minedReverts = undefined;
  chain.goBack(0);
  const receipt = await sender.send(call, 'next');
  assert.deepEqual(
    mined(chain).map(tx => [tx.nonce, tx.hash === receipt.transactionHash]),
    [
      [0, false],
      [1, true],
    ],
  );
});

it('asks for coins where there are none, and keeps the nonce for the next', async () => {
  const { chain, sender, journal } = setUp();
  chain.refusesBroadcast = 'insufficient funds for gas * price + value';
  const error = await rejection(sender.send(call, 'poor'));
  assert.partialDeepStrictEqual(error, { code: 'K_NO_GAS_COIN' });
  assert.match(String(error.next), new RegExp(account));
  assert.equal(journal.get(account, chain.chainId, 'poor')!.outcome.status, 'dropped');
  chain.refusesBroadcast = undefined;
  await sender.send(call, 'poor');
  assert.deepEqual(
    mined(chain).map(tx => tx.nonce),
    [0],
  );
});

it('survives being killed at every write of the journal', async () => {
  // The process dies right after its n-th write; whatever n, one transaction is mined in the end.
  for (let writes = 1; writes <= 3; writes++) {
    const chain = fakeChain();
    chain.feeFloorWei = 220n;
    const durable = memoryJournal();
    let left = writes;
    const dying: TransactionJournal = {
      ...durable,
      put(entry: JournaledTransaction) {
        if (left-- > 0) durable.put(entry);
        if (left <= 0) throw new Error('killed');
      },
    };
    const first = setUp({ chain, journal: dying });
    void first.sender.send(call, 'k').catch(() => undefined);
    while (left > 0) await first.clock.wait(100);
    first.stop();
    const second = setUp({ chain, journal: durable });
    await second.sender.resume();
    await second.sender.send(call, 'k');
    assert.equal(mined(chain).length, 1, `killed after write ${writes}`);
    second.stop();
  }
});

it('rejects what is on its way when it is closed', async () => {
  const { sender, chain, clock, stop } = setUp();
  chain.feeFloorWei = 2n ** 64n;
  const sent = rejection(sender.send(call));
  await clock.wait(300);
  stop();
  assert.partialDeepStrictEqual(await sent, { code: 'K_CHAIN_CLOSED' });
});
