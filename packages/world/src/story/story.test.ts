import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { test } from 'node:test';
import { cases } from '@koinon/protocol/testing';
import { sqliteInMemory } from '@koinon/store/disk';
import { type StoryOptions, tellStory } from './story.ts';

const play = (seed: number, options: Partial<StoryOptions> = {}) =>
  tellStory({
    ...{ seed: `${seed}`, database: sqliteInMemory, hash: bytes => hash('sha256', bytes, 'buffer') },
    ...options,
  });

test('where nothing goes wrong every study is done, twice with the same bytes', async () => {
  const [end, again] = [await play(1, { faults: [] }), await play(1, { faults: [] })];
  assert.deepEqual(end.broken, []);
  assert.ok(end.studies.length > 0);
  assert.ok(end.studies.every(({ state }) => state === 'done'));
  assert.equal(again.digest, end.digest);
});

test('whatever goes wrong, everything holds once it has healed', async () => {
  for (let seed = 1; seed <= cases(3, 1_000); seed++) {
    const { broken } = await play(seed);
    assert.deepEqual(broken, [], `npm run world -- --seed ${seed} --story`);
  }
});
