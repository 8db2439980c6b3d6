import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import type { Deployment } from '@koinon/protocol';
import { deployContracts } from '../deployment/deployContracts.ts';
import { devAccount } from '../devnet/devAccounts.ts';
import { type Anvil, startAnvil } from '../devnet/startAnvil.ts';
import { digest, PEER_ID } from '../testing/samples.ts';
import { connectChain } from './connectChain.ts';
import { httpTransport, type RpcTransport } from './rpc/transport.ts';

let anvil: Anvil;
let deployment: Deployment;
const { privateKey, address } = devAccount(0);
before(async () => {
  anvil = await startAnvil({ blockTimeSeconds: 0.02, idleBlockSeconds: 3_600 });
  deployment = await deployContracts({ rpcUrls: [anvil.rpcUrl], privateKey, pollingMs: 10 });
});
after(() => anvil.stop());

/** An endpoint in front of the chain that a test can switch off. */
function switchable(): RpcTransport & { dead: boolean } {
  const behind = httpTransport(anvil.rpcUrl);
  const transport = {
    name: 'switchable',
    dead: false,
    request: (...args: Parameters<RpcTransport['request']>) =>
      transport.dead ? Promise.reject(new Error('connection refused')) : behind.request(...args),
  };
  return transport;
}

it('says that nobody answers', async () => {
  const options = { rpcUrls: ['http://127.0.0.1:1'], deployment, rounds: 2, backoffMs: 1 };
  await assert.rejects(connectChain(options), {
    code: 'K_RPC_UNREACHABLE',
    message: /http:\/\/127\.0\.0\.1:1 /,
  });
  await assert.rejects(deployContracts({ rpcUrls: ['http://127.0.0.1:1'], privateKey }), {
    code: 'K_RPC_UNREACHABLE',
  });
  await assert.rejects(connectChain({ rpcUrls: [], deployment }), { code: 'K_RPC_UNREACHABLE' });
});

it('says that this is no chain at all', async () => {
  const server = createServer((_, response) => response.end('<html>hello</html>'));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const rpcUrls = [`http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  const options = { rpcUrls, deployment, rounds: 1 };
  await assert.rejects(connectChain(options), {
    code: 'K_RPC_UNREACHABLE',
    message: /without a JSON-RPC answer/,
  });
  server.close();
});

it('says that the chain is another one, before anything is signed', async () => {
  const elsewhere = { ...deployment, chainId: 1 };
  const options = { rpcUrls: [anvil.rpcUrl], deployment: elsewhere, privateKey };
  await assert.rejects(connectChain(options), { code: 'K_WRONG_CHAIN' });
});

it('says which contracts are missing', async () => {
  const wrong = { ...deployment, models: address };
  await assert.rejects(connectChain({ rpcUrls: [anvil.rpcUrl], deployment: wrong }), {
    code: 'K_NO_CONTRACTS',
    message: /at the address of models\./,
  });
});

it('reads without a key and refuses to write', async () => {
  const chain = await connectChain({ rpcUrls: [anvil.rpcUrl], deployment });
  assert.deepEqual(await chain.nodes.list(), []);
  await assert.rejects(chain.nodes.anchor(1n, digest(1)), { code: 'K_CHAIN_READ_ONLY' });
  await assert.rejects(chain.escrow.deposit(deployment.token as `0x${string}`, 1n), {
    code: 'K_CHAIN_READ_ONLY',
  });
  await chain.close();
});

it('goes on over the second endpoint when the first dies in the middle', async () => {
  const [first, second] = [switchable(), switchable()];
  const transports = [first, second];
  const chain = await connectChain({ transports, deployment, privateKey, pollingMs: 10 });
  await chain.nodes.register({ peerId: PEER_ID, roles: 1 });
  const anchoring = chain.nodes.anchor(1n, digest(1));
  first.dead = true;
  await anchoring;
  await chain.nodes.anchor(2n, digest(2));
  assert.equal((await chain.nodes.head(address)).size, 2n);
  await chain.close();
});

it('deploys at addresses that follow from the account and its nonce', async () => {
  const { privateKey: fresh } = devAccount(5);
  const options = { rpcUrls: [anvil.rpcUrl], privateKey: fresh, challengeWindowSeconds: 7, pollingMs: 10 };
  const one = await deployContracts(options);
  const addresses = [one.token, one.nodes, one.escrow, one.datasets, one.models];
  assert.equal(new Set(addresses).size, 5);
  const chain = await connectChain({ rpcUrls: [anvil.rpcUrl], deployment: one });
  assert.equal((await chain.delays()).challengeWindowSeconds, 7);
  await chain.close();
  const other = await startAnvil({ blockTimeSeconds: 0.02, idleBlockSeconds: 3_600 });
  const two = await deployContracts({ ...options, rpcUrls: [other.rpcUrl] });
  assert.deepEqual({ ...two, startBlock: 0 }, { ...one, startBlock: 0 });
  await other.stop();
});
