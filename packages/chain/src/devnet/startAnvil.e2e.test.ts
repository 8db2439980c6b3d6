import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { deployContracts } from '../deployment/deployContracts.ts';
import { connectChain } from '../evm/connectChain.ts';
import type { Chain, ChainEvent } from '../port/chain.ts';
import { digest, PEER_ID } from '../testing/samples.ts';
import { devAccount } from './devAccounts.ts';
import { type Anvil, type StartAnvilOptions, startAnvil } from './startAnvil.ts';

let folder: string;
const open = new Set<Anvil | Chain>();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'koinon-anvil-'));
});
after(async () => {
  for (const it of open) await ('stop' in it ? it.stop() : it.close());
  await rm(folder, { recursive: true });
});

const quick = { blockTimeSeconds: 0.02, idleBlockSeconds: 3_600 };
const { privateKey, address } = devAccount(0);

async function start(options: StartAnvilOptions): Promise<Anvil> {
  const anvil = await startAnvil({ ...quick, ...options });
  open.add(anvil);
  return anvil;
}

async function network(anvil: Anvil): Promise<Chain> {
  const rpcUrls = [anvil.rpcUrl];
  const deployment = await deployContracts({ rpcUrls, privateKey, pollingMs: 10 });
  const chain = await connectChain({ rpcUrls, deployment, privateKey, pollingMs: 20 });
  open.add(chain);
  return chain;
}

/** Resolves at the first event of the type from now on. */
function next(chain: Chain, type: ChainEvent['type']): Promise<ChainEvent> {
  return new Promise(resolve => {
    const stop = chain.watch(event => {
      if (event.type !== type) return;
      stop();
      resolve(event);
    });
  });
}

it('keeps the chain between runs, block hashes and events included', async () => {
  const stateFile = join(folder, 'kept.json');
  const first = await start({ stateFile });
  const port = Number(new URL(first.rpcUrl).port);
  const chain = await network(first);
  await chain.nodes.register({ peerId: PEER_ID, roles: 1 });
  const anchor = await chain.nodes.anchor(1n, digest(1));
  await first.stop();
  await start({ stateFile, port });
  assert.equal((await chain.block(anchor.block)).hash, anchor.blockHash);
  await chain.nodes.anchor(2n, digest(2));
  const { deployment } = chain;
  const later = await connectChain({ rpcUrls: [`http://127.0.0.1:${port}`], deployment });
  open.add(later);
  assert.deepEqual(
    (await later.nodes.anchors(address)).map(({ size }) => size),
    [1n, 2n],
  );
});

it('gives a node back its transactions when the chain was killed and lost them', async () => {
  const stateFile = join(folder, 'killed.json');
  // Saves only when asked, so that what follows is lost for certain.
  const first = await start({ stateFile, saveEveryMs: 3_600_000 });
  const port = Number(new URL(first.rpcUrl).port);
  const chain = await network(first);
  await chain.nodes.register({ peerId: PEER_ID, roles: 1 });
  await chain.nodes.list();
  await first.saveState();
  const lost = await chain.nodes.anchor(1n, digest(1), { key: 'anchor:1' });
  await chain.nodes.list();
  const reorganised = next(chain, 'reorganised');
  process.kill(-first.pid, 'SIGKILL');
  await first.exited;
  await start({ stateFile, port });
  await reorganised;
  const again = await chain.nodes.anchor(1n, digest(1), { key: 'anchor:1' });
  assert.equal(again.transaction, lost.transaction);
  assert.notEqual(again.blockHash, lost.blockHash);
  const [anchor, ...others] = await chain.nodes.anchors(address);
  assert.deepEqual([anchor?.blockHash, others.length], [again.blockHash, 0]);
});

it('writes its state only whole', async () => {
  const stateFile = join(folder, 'whole.json');
  const anvil = await start({ stateFile });
  await Promise.all([anvil.saveState(), anvil.saveState(), anvil.saveState()]);
  assert.ok(JSON.parse(await readFile(stateFile, 'utf8')).accounts);
  await assert.rejects(readFile(`${stateFile}.new`), { code: 'ENOENT' });
});

it('says that the port is taken, or that the state is damaged', async () => {
  const anvil = await start({});
  await assert.rejects(start({ port: Number(new URL(anvil.rpcUrl).port) }), {
    code: 'K_ANVIL_FAILED',
    message: 'The local chain could not start: its port is in use.',
  });
  const stateFile = join(folder, 'damaged.json');
  await writeFile(stateFile, '{"half":');
  await assert.rejects(start({ stateFile }), { code: 'K_ANVIL_FAILED', next: /--fresh/ });
});

it('does not outlive the process that started it, even one that is killed', async () => {
  const script = `
    import { startAnvil } from ${JSON.stringify(new URL('./startAnvil.ts', import.meta.url).href)};
    const { rpcUrl } = await startAnvil();
    console.log(rpcUrl);
    setInterval(() => undefined, 1e6);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(parent.stdout, 'data')) as [Buffer];
  const rpcUrl = said.toString().trim();
  const alive = () =>
    fetch(rpcUrl, { method: 'POST', body: '{}' }).then(
      () => true,
      () => false,
    );
  assert.equal(await alive(), true);
  parent.kill('SIGKILL');
  while (await alive()) await new Promise(resolve => setImmediate(resolve));
});
