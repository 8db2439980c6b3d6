import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Predictor } from '@koinon/executors';
import { KoinonError } from '@koinon/protocol';
import type { CatalogueModel } from './catalogue.ts';
import { Predictors } from './predictors.ts';

const entry = (model: string): CatalogueModel => ({
  name: `model-${model}`,
  version: 1,
  model,
  passport: model,
  registeredAtMs: 0,
});
const files = { get: async (cid: string) => (cid === 'lost' ? undefined : Buffer.from(cid)) };
const killed = () =>
  new KoinonError({ code: 'K_HOST_KILLED', message: 'The process died.', fault: 'platform' });

interface Fake {
  model: string;
  isClosed: boolean;
  asked: number;
  /** Ends the questions under way. */
  release(): void;
}

/** Predictors over processes that are not there; `hold` makes each question wait for `release`. */
function fakes(options: { hold?: boolean; fail?: (asked: number) => Error | undefined } = {}) {
  const made: Fake[] = [];
  const load = async (bytes: Uint8Array): Promise<Predictor> => {
    let release = () => {};
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    const fake: Fake = { model: Buffer.from(bytes).toString(), isClosed: false, asked: 0, release };
    made.push(fake);
    return {
      metadata: () => ({ inputs: [], outputs: [] }),
      predict: async () => {
        fake.asked += 1;
        if (options.hold) await held;
        const error = options.fail?.(fake.asked);
        if (error) throw error;
        return { labels: [fake.model], probabilities: new Float32Array(), classes: [] };
      },
      close: async () => {
        fake.isClosed = true;
      },
    };
  };
  return { made, load };
}
const ask = (predictors: Predictors, model: string) => predictors.predict(entry(model), new Map(), 1);
const hasCode = (code: string) => (error: unknown) => error instanceof KoinonError && error.code === code;

test('a model is loaded once, however many ask at the same time', async () => {
  const { made, load } = fakes();
  const predictors = new Predictors(files, { loaded: 2, waiting: 8 }, load);
  await Promise.all(Array.from({ length: 8 }, () => ask(predictors, 'a')));
  assert.equal(made.length, 1);
  assert.equal(made[0]!.asked, 8);
});

test('where there is no more room, the model least recently asked leaves', async () => {
  const { made, load } = fakes();
  const predictors = new Predictors(files, { loaded: 2, waiting: 8 }, load);
  for (const model of ['a', 'b', 'a', 'c']) await ask(predictors, model);
  assert.deepEqual(
    made.map(({ model, isClosed }) => [model, isClosed]),
    [
      ['a', false],
      ['b', true],
      ['c', false],
    ],
  );
  assert.equal(predictors.size, 2);
});

test('a model that is answering does not leave; who comes next is told to come again', async () => {
  const { made, load } = fakes({ hold: true });
  const predictors = new Predictors(files, { loaded: 1, waiting: 8 }, load);
  const answer = ask(predictors, 'a');
  await assert.rejects(ask(predictors, 'b'), hasCode('K_BUSY'));
  while (made.length === 0) await Promise.resolve();
  made[0]!.release();
  assert.deepEqual((await answer).labels, ['a']);
  assert.equal(made[0]!.isClosed, false);
  const next = ask(predictors, 'b');
  while (made.length === 1) await Promise.resolve();
  made[1]!.release();
  assert.deepEqual((await next).labels, ['b']);
});

test('no more questions wait than the limit', async () => {
  const { made, load } = fakes({ hold: true });
  const predictors = new Predictors(files, { loaded: 1, waiting: 3 }, load);
  const waiting = [1, 2, 3].map(() => ask(predictors, 'a'));
  await assert.rejects(ask(predictors, 'a'), hasCode('K_BUSY'));
  while (made.length === 0) await Promise.resolve();
  made[0]!.release();
  await Promise.all(waiting);
});

test('a model whose process had died is asked once more, and no third time', async () => {
  const once = fakes({ fail: asked => (asked === 1 ? killed() : undefined) });
  assert.deepEqual((await ask(new Predictors(files, undefined, once.load), 'a')).labels, ['a']);
  assert.equal(once.made[0]!.asked, 2);

  const always = fakes({ fail: killed });
  await assert.rejects(ask(new Predictors(files, undefined, always.load), 'a'), hasCode('K_HOST_KILLED'));
  assert.equal(always.made[0]!.asked, 2);
});

test('a question that ran out of time is not asked again', async () => {
  const timeout = new KoinonError({ code: 'K_HOST_TIMEOUT', message: 'Too long.', fault: 'platform' });
  const { made, load } = fakes({ fail: () => timeout });
  await assert.rejects(ask(new Predictors(files, undefined, load), 'a'), hasCode('K_HOST_TIMEOUT'));
  assert.equal(made[0]!.asked, 1);
});

test('a model that could not be loaded is tried afresh by the next question', async () => {
  const { load } = fakes();
  let tries = 0;
  const predictors = new Predictors(files, undefined, async bytes => {
    tries += 1;
    if (tries === 1) throw killed();
    return load(bytes);
  });
  await assert.rejects(ask(predictors, 'a'), hasCode('K_HOST_KILLED'));
  assert.deepEqual((await ask(predictors, 'a')).labels, ['a']);
  await assert.rejects(ask(predictors, 'lost'), hasCode('K_MODEL_LOST'));
  assert.equal(predictors.size, 1);
});

test('closing ends every process', async () => {
  const { made, load } = fakes();
  const predictors = new Predictors(files, undefined, load);
  await ask(predictors, 'a');
  await ask(predictors, 'b');
  await predictors.close();
  assert.ok(made.every(fake => fake.isClosed));
  assert.equal(predictors.size, 0);
});
