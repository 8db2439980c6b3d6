import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { custodyRoutes, nodeRoutes } from '@koinon/api';
import { clientOf } from '@koinon/cli/testing';
import type { Hex } from '@koinon/protocol';
import { z } from 'zod';
import { badTables, goodTable, writeHugeFile } from './support/badTables.ts';
import { changeConfig } from './support/changeConfig.ts';
import { koinon } from './support/koinon.ts';
import { ProcessWatch, skipWithoutProc } from './support/processes.ts';
import { recordingProxy } from './support/recordingProxy.ts';
import { type StartedNetwork, startNetwork } from './support/startNetwork.ts';
import { publish } from './support/studies.ts';
import { temporaryHome } from './support/temporaryHome.ts';
import { within } from './support/until.ts';

const REFUSING_MS = 60_000;
const utf8 = (text: string) => new TextEncoder().encode(text);

test('a bad table is refused by the command line before anything is started', {
  timeout: 180_000,
  skip: skipWithoutProc,
}, async t => {
  using folder = temporaryHome();
  const home = join(folder.path, 'network');
  const refuse = async (file: string, target: string, code: string) => {
    const command = koinon(home, 'start', '--csv', file, '--target', target, '--exit');
    const watch = new ProcessWatch(command.pid, home);
    const exitCode = await within(`${file} is refused`, REFUSING_MS, command.ended);
    assert.equal(exitCode, 1, command.stdout());
    assert.match(command.stderr(), new RegExp(`\\(${code}\\)`));
    assert.match(command.stderr(), /→ \S/, 'it says what to do next');
    assert.equal(existsSync(home), false, 'not even the folder of the network was made');
    await watch.allGone();
  };
  for (const { title, code, target, text } of badTables) {
    await t.test(title, async () => {
      const file = join(folder.path, 'table.csv');
      writeFileSync(file, text);
      await refuse(file, target, code);
    });
  }
  await t.test('a file of 200 MB', async () => {
    const file = join(folder.path, 'huge.csv');
    writeHugeFile(file);
    await refuse(file, 'outcome', 'K_TABLE_TOO_LARGE');
  });
  await t.test('no file at all', () => refuse(join(folder.path, 'absent.csv'), 'outcome', 'K_FILE'));
});

test('a running custodian refuses bad tables, a wrong chain and a dead RPC, and loses nothing', {
  timeout: 300_000,
}, async t => {
  using home = temporaryHome();
  await using network = await startNetwork(home.path);
  const { rpcUrl } = network;
  assert.equal(await publish(network, utf8(goodTable), { target: 'outcome' }), '1');
  const kept = await stateOf(network);
  assert.equal(kept.held.length, 1);

  for (const { title, code, target, text } of badTables) {
    await t.test(title, async () => {
      await rejectsWith(code, publish(network, utf8(text), { target }));
      assert.deepEqual(await stateOf(network), kept);
    });
  }

  const { home: folder } = network.node('hospital');
  const deploymentPath = join(folder, 'deployment.json');
  const deployment = readFileSync(deploymentPath, 'utf8');
  const sent = () => transactionsOf(rpcUrl, network.node('hospital').operator);
  const refusesToStart = async (code: string) => {
    const before = await sent();
    await rejectsWith(code, network.restart('hospital'));
    assert.equal(await sent(), before, 'nothing was signed');
  };
  await network.node('hospital').stop();

  await t.test('an address file of another chain', async () => {
    writeFileSync(deploymentPath, JSON.stringify({ ...JSON.parse(deployment), chainId: 1 }));
    await refusesToStart('K_WRONG_CHAIN');
  });
  await t.test('an address file of contracts that are not there', async () => {
    const elsewhere = `0x${'12'.repeat(20)}`;
    writeFileSync(deploymentPath, JSON.stringify({ ...JSON.parse(deployment), datasets: elsewhere }));
    await refusesToStart('K_NO_CONTRACTS');
  });
  await t.test('an address file that is none', async () => {
    writeFileSync(deploymentPath, '{');
    await refusesToStart('K_CONFIG');
  });
  writeFileSync(deploymentPath, deployment);

  let deadUrl = '';
  await t.test('an RPC that dies under the node', async () => {
    await using proxy = await recordingProxy(rpcUrl, join(home.path, 'rpc'));
    deadUrl = proxy.url;
    changeConfig(folder, { rpcUrls: [deadUrl] });
    await network.restart('hospital');
    // It has told the registry its new address; from here on nothing may be signed.
    const before = await sent();
    await proxy[Symbol.asyncDispose]();
    const refusal = publish(network, utf8(goodTable), { target: 'outcome' });
    await rejectsWith('K_RPC_UNREACHABLE', within('the refusal', REFUSING_MS, refusal));
    await network.node('hospital').stop();
    assert.equal(await sent(), before, 'nothing was signed');
  });
  await t.test('an RPC that was dead from the beginning', async () => {
    changeConfig(folder, { rpcUrls: [deadUrl] });
    await refusesToStart('K_RPC_UNREACHABLE');
  });

  await t.test('with the right chain again it has what it had, and works', async () => {
    changeConfig(folder, { rpcUrls: [rpcUrl] });
    await network.restart('hospital');
    assert.deepEqual((await stateOf(network)).held, kept.held);
    assert.equal(await publish(network, utf8(goodTable), { target: 'outcome', name: 'again' }), '2');
  });
});

/** What the hospital has, has signed, and has paid for. */
async function stateOf(network: StartedNetwork) {
  const hospital = clientOf(network, 'hospital');
  const { log, operator } = await hospital.call(nodeRoutes.status);
  const { datasets } = await hospital.call(custodyRoutes.datasets);
  return {
    logSize: log.size,
    held: datasets.map(({ id, contentRoot }) => ({ id, contentRoot })),
    transactions: await transactionsOf(network.rpcUrl, operator as Hex),
  };
}

/** How many transactions an account has sent. */
async function transactionsOf(rpcUrl: string, account: Hex): Promise<number> {
  const response = await fetch(rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'eth_getTransactionCount',
      params: [account, 'pending'],
    }),
  });
  return Number(z.object({ result: z.string() }).parse(await response.json()).result);
}

async function rejectsWith(code: string, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, error => {
    assert.equal((error as { code?: string }).code, code, String(error));
    return true;
  });
}
