import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { devAccount } from '@koinon/chain/devnet';
import { type EvmWorld, evmWorld } from '@koinon/chain/testing';
import { gateInPlace } from '@koinon/kernel';
import { memoryNetwork, peerIdOfKey } from '@koinon/network';
import { sha256, utf8 } from '@koinon/protocol';
import { openStore } from '@koinon/store';
import type { Hono } from 'hono';
import { createNode } from './createNode.ts';
import { createApp } from './http/createApp.ts';
import { servicesSchema } from './services.ts';
import { acceleratedClock } from './testing/acceleratedClock.ts';
import { until } from './testing/observe.ts';
import { quickExecutor } from './testing/quickExecutor.ts';

const SELF = 1;
const STAKE = 10n ** 21n;
const TOKEN = 'the-token-of-this-test';

const everything = (token: string) =>
  servicesSchema.parse({
    work: { terms: { token, baseAmount: '1', gigafuelAmount: '1', maxFuel: '1000' } },
    ...{ custody: {}, audit: {}, court: {}, serving: {}, studies: {}, names: { name: 'alpha' } },
  });

/** One life of a node with every service, on contracts that are the real ones. */
async function live(world: EvmWorld, folder: string, body: (app: Hono) => Promise<void>): Promise<void> {
  const [chain, signer] = [world.as(SELF), world.signer(SELF)];
  const store = openStore(folder);
  const { privateKey } = devAccount(SELF);
  const network = memoryNetwork({ seed: 1 }).join(signer.address, { privateKey });
  let draws = 0;
  const node = await createNode(
    {
      ...{ clock: acceleratedClock(40), chain, network, store, signer, deployment: world.deployment },
      ...{ executor: quickExecutor(), gate: gateInPlace, checkpoint: () => undefined },
      random: () => sha256(utf8.encode(`${draws++}`)),
      journal: { note: () => undefined },
    },
    {
      services: everything(world.deployment.token),
      limits: { maxRunMs: 60_000, maxMemoryBytes: 2 ** 30, slots: 1, sandbox: 'available' },
      ...{ anchorDelayMs: 20, claimEveryMs: 86_400_000, version: '0.0.0' },
    },
    new Map(),
  );
  try {
    await network.start();
    node.takeUp();
    await body(createApp(node, { name: 'alpha', token: TOKEN, authenticateAll: false, port: () => 80 }));
  } finally {
    await node.stop();
    await network.stop();
    store.close();
  }
}

const ask = async (app: Hono, path: string) =>
  (await app.request(`http://127.0.0.1${path}`, { headers: { host: '127.0.0.1' } })).json();
const namesOf = async (app: Hono) => ((await ask(app, '/api/names')) as { names: { name: string }[] }).names;
const post = (app: Hono, body: unknown, token?: string) =>
  app.request('http://127.0.0.1/api/names', {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      ...{ host: '127.0.0.1', 'content-type': 'application/json' },
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  });

test('a node with every service lives on the real contracts: stakes, names itself, is renamed, and starts again', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-evm-node-'));
  const world = await evmWorld();
  t.after(async () => {
    await world.close();
    rmSync(folder, { recursive: true });
  });
  const self = world.account(SELF);
  const koin = world.deployment.token;
  await world.as(0).token.transfer(koin, self, 2n * STAKE);
  await world.as(SELF).nodes.register({ peerId: peerIdOfKey(devAccount(SELF).privateKey), roles: 23 });
  await world.as(SELF).nodes.stake(self, STAKE);
  await world.as(2).nodes.register({ peerId: peerIdOfKey(devAccount(2).privateKey), roles: 0 });

  await live(world, folder, async app => {
    const named = () => namesOf(app);
    assert.deepEqual(await until(named), [{ node: self, owner: self, name: 'alpha' }]);

    assert.equal((await post(app, { name: 'beta' })).status, 401);
    for (const bad of ['Beta', 'a--b', '-a', 'x'.repeat(33)]) {
      const refused = await post(app, { name: bad }, TOKEN);
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), /a name has up to 32 characters: a to z, 0 to 9/);
    }
    const stranger = await post(app, { name: 'beta', node: world.account(2) }, TOKEN);
    assert.equal(stranger.status, 400);
    assert.match(await stranger.text(), /Name it from a node whose operator key is the owner of that node/);
    assert.equal((await post(app, { name: 'beta' }, TOKEN)).status, 200);
    assert.deepEqual(await named(), [{ node: self, owner: self, name: 'beta' }]);
    assert.equal((await post(app, { name: '' }, TOKEN)).status, 200);
    assert.deepEqual(await named(), []);

    const status = (await ask(app, '/api/status')) as { operator: string };
    assert.equal(status.operator, self);
  });

  // Another life on the same folder and chain: it calls itself as it is told.
  await live(world, folder, async app => {
    assert.equal((await until(() => namesOf(app)))[0]?.name, 'alpha');
  });
});
