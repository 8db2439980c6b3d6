import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '@koinon/kernel';
import { utf8 } from '@koinon/protocol';
import { sqliteInMemory } from '@koinon/store/disk';
import { worldDisk } from '@koinon/world';
import { type ServingNeeds, type ServingRoom, servingKind } from './service.ts';

test('a node whose executor loads no models says so', async () => {
  const store = worldDisk(sqliteInMemory()).open();
  const model = await store.blobs.put(utf8.encode('a model'), 'public');
  const executor = { run: () => assert.fail('nothing is run') };
  const needs = {
    ports: { store, executor, clock: { nowMs: () => 0, wait: async () => undefined } },
    limits: { sandbox: 'available' },
    meter: new Meter(),
    version: '1',
  } as unknown as ServingNeeds;
  const { predictors } = servingKind.create({})(needs).port as ServingRoom;
  const entry = { name: 'heart', version: 1, model, passport: model, registeredAtMs: 0 };
  await assert.rejects(predictors.metadata(entry), { code: 'K_MODELS_UNRUN' });
});
