import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cohortPolicy, cohortTable, hostileModel } from '@koinon/node/testing';
import { encodeNode, keySigner, utf8, ZERO_32 } from '@koinon/protocol';
import { COHORT_TARGET, partOf } from '@koinon/tabular';
import { systemClock } from '../ports/clock.ts';
import { type Gate, gateInPlace } from '../ports/gate.ts';
import { gateInWorkers } from './gateInWorkers.ts';

const gate = gateInWorkers(systemClock);
after(() => gate.close());

const { content, description } = cohortTable();
const table = partOf(content, 'training');

function question(model: Uint8Array): Parameters<Gate['apply']>[0] {
  const dataset = { id: '1', contentRoot: ZERO_32, rows: 'training' } as const;
  const metrics = {
    version: 1,
    kind: 'training',
    rows: 240,
    iterations: 10,
    converged: true,
    logLoss: 0.5,
    accuracy: 0.75,
  };
  return {
    policy: cohortPolicy(`0x${'a1'.repeat(20)}`, `0x${'70'.repeat(20)}`),
    description,
    record: `0x${'ec'.repeat(32)}`,
    manifest: {
      koinon: 'manifest/2',
      executor: 'wasm',
      profile: 'koinon-det-1',
      program: 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy',
      inputs: [{ name: 'table.safetensors', source: { dataset } }],
      params: { target: COHORT_TARGET },
      seed: new Uint8Array(32),
      timeMs: 0,
      limits: { fuel: 1e9, stepFuel: 1e9, memoryPages: 1, callDepth: 1, outputBytes: 2 ** 24 },
      outputs: [
        { name: 'metrics.json', class: 'metrics', maxBytes: 4096 },
        { name: 'model.onnx', class: 'model', maxBytes: 2 ** 23 },
      ],
      private: true,
    },
    outputs: new Map([
      ['metrics.json', utf8.encode(JSON.stringify(metrics))],
      ['model.onnx', model],
    ]),
    inputs: new Map([['table.safetensors', table]]),
    salt: ZERO_32,
  };
}

test('the gate in a thread decides as the gate in place, to the byte', async () => {
  const asked = question(utf8.encode('no model'));
  const [there, here] = [await gate.apply(asked), await gateInPlace.apply(asked)];
  assert.deepEqual(there.reasons, here.reasons);
  assert.deepEqual(encodeNode(there.verdict), encodeNode(here.verdict));
  assert.deepEqual([...there.released], [...here.released]);
  assert.ok(here.released.size > 0, 'something leaves, or nothing was compared');
});

test('the node goes on while the largest model that is read is read, made to take long', async () => {
  const model = hostileModel(2 ** 23);
  const asked = question(model);
  let turns = 0;
  let isRunning = true;
  const count = () => {
    turns++;
    if (isRunning) setTimeout(count, 1);
  };
  count();
  const { released } = await gate.apply(asked);
  isRunning = false;
  assert.equal(released.has('model.onnx'), false);
  assert.ok(turns > 20, `the event loop turned ${turns} times`);
});

test('a signature is recovered in a thread, and a bad one is refused as in place', async () => {
  const signer = keySigner(`0x${'11'.repeat(32)}`);
  const digest = `0x${'22'.repeat(32)}` as const;
  assert.equal(await gate.recoverSigner(digest, await signer.signDigest(digest)), signer.address);
  for (const bad of ['0x00', `0x${'ff'.repeat(65)}`] as const) {
    await assert.rejects(gate.recoverSigner(digest, bad), { code: 'K_BAD_SIGNATURE', fault: 'peer' });
  }
});

test('a program is described by its imports and exports, and what is none by why it is refused', async () => {
  const module = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  assert.deepEqual(await gate.describeModule(module), { imports: [], exports: [] });
  const { refused } = (await gate.describeModule(utf8.encode('text'))) as { refused: string };
  assert.match(refused, /not a WebAssembly module/);
});
