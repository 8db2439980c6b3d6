import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeRoutes, studiesRoutes, workRoutes } from '@koinon/api';
import { clientOf, runMainJob, watchStudy } from '@koinon/cli/testing';
import { z } from 'zod';
import { smallJob } from './support/cohort.ts';
import { ATTEMPT_WORKED, NOTHING_WORKED, Script } from './support/hostileProgram.ts';
import { type StartedNetwork, startNetwork } from './support/startNetwork.ts';
import { begin, offer, publish } from './support/studies.ts';
import { temporaryHome } from './support/temporaryHome.ts';
import { within } from './support/until.ts';

/** Enough for every honest thing these programs do, and used up in a second or two. */
const MAX_FUEL = 2e9;
const METRICS_MAX_BYTES = 4096;
const SETTLING_MS = 180_000;

/** What a study by a program came to. */
interface Outcome {
  state: string;
  message: string;
  /** Why the hospital could not run it, which it keeps to itself. */
  reason: string;
  /** Names of what left the hospital. */
  released: string[];
  /** The number the program told, where its metrics left. */
  told: number | undefined;
}

interface Attack {
  title: string;
  program(script: Script): Uint8Array;
  check(outcome: Outcome): void;
}

/** It came to its end, and the counter it reports stands where it stood. */
function sawNothing({ state, message, released, told }: Outcome): void {
  assert.equal(state, 'done', message);
  assert.deepEqual(released, ['metrics.json']);
  assert.equal(told, NOTHING_WORKED);
}

function leftNothing({ released }: Outcome): void {
  assert.deepEqual(released, []);
}

const refused =
  (words: RegExp) =>
  ({ state, message, reason, released }: Outcome): void => {
    assert.equal(state, 'failed');
    assert.match(message, /K_JOB_FAILED/);
    assert.match(reason, words);
    assert.deepEqual(released, []);
  };

const attacks: Attack[] = [
  {
    title: 'reads what it was granted (which shows that these attempts are counted)',
    program: script =>
      script.module(
        ['table.safetensors', 'params.json'].map(path => script.attempt(script.open(path))).join('\n'),
      ),
    check: ({ told, message }) => assert.equal(told, NOTHING_WORKED + 2 * ATTEMPT_WORKED, message),
  },
  {
    title: 'reads beyond its grant',
    program: script => {
      const paths = [
        '../etc/passwd',
        '../../../../../../etc/passwd',
        '/etc/passwd',
        '/proc/self/environ',
        'table.safetensors/../../etc/passwd',
        '../data/koinon.sqlite',
        'another.safetensors',
        '..',
      ];
      const reads = [0, 5, 6, 7, 8, 9, 10, 255].map(
        descriptor =>
          // An empty standard input is no escape, so what counts is a byte that came.
          `(i32.store (i32.const 16) (i32.const 0))
         (i32.store (i32.const 8) (i32.const 512)) (i32.store (i32.const 12) (i32.const 16))
         (drop (call $read (i32.const ${descriptor}) (i32.const 8) (i32.const 1) (i32.const 16)))
         ${script.attempt('(i32.eqz (i32.load (i32.const 16)))')}`,
      );
      const opens = paths.flatMap(path => [3, 4, 5].map(from => script.attempt(script.open(path, from))));
      return script.module([...opens, ...reads].join('\n'));
    },
    check: sawNothing,
  },
  {
    title: 'imports a function that opens sockets',
    program: script =>
      script.module('', { imports: '(import "env" "connect" (func (param i32 i32 i32) (result i32)))' }),
    check: refused(/connect/),
  },
  {
    title: 'uses the socket calls of WASI on every descriptor it can think of',
    program: script => {
      const imports = `
        (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32 i32) (result i32)))
        (import "wasi_snapshot_preview1" "sock_shutdown" (func $shutdown (param i32 i32) (result i32)))`;
      const tries = Array.from({ length: 12 }, (_, descriptor) => [
        script.attempt(`(call $accept (i32.const ${descriptor}) (i32.const 0) (i32.const 16))`),
        script.attempt(`(call $shutdown (i32.const ${descriptor}) (i32.const 3))`),
      ]).flat();
      return script.module(tries.join('\n'), { imports });
    },
    check: sawNothing,
  },
  {
    // Told in nanoseconds: a real clock would show the auditor another time, and its replay would not agree.
    title: 'looks at the clock',
    program: script =>
      script.module(`
        (drop (call $clock (i32.const 0) (i64.const 1) (i32.const 24)))
        (global.set $told (i32.add (global.get $told)
          (i32.wrap_i64 (i64.rem_u (i64.load (i32.const 24)) (i64.const 900)))))`),
    check: ({ state, message, released }) => {
      assert.equal(state, 'done', message);
      assert.deepEqual(released, ['metrics.json']);
    },
  },
  {
    title: 'writes files it did not declare',
    program: script => {
      const names = [
        'rows.csv',
        'model.onnx',
        'metrics.json2',
        '../metrics.json',
        '/tmp/escape',
        'params.json',
      ];
      return script.module(names.map(name => script.save(name, '(i32.const 0) (i32.const 32)')).join('\n'));
    },
    check: sawNothing,
  },
  {
    title: 'writes more than it declared',
    program: script => script.module(script.save('metrics.json', '(i32.const 0) (i32.const 131072)')),
    check: leftNothing,
  },
  {
    title: 'hands out rows as if they were metrics',
    program: script =>
      script.module(`
        (drop ${script.open('table.safetensors')})
        (i32.store (i32.const 8) (i32.const 65536)) (i32.store (i32.const 12) (i32.const 3000))
        (drop (call $read (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 16)))
        ${script.save('metrics.json', '(i32.const 65536) (i32.const 3000)')}
        (return)`),
    check: leftNothing,
  },
  {
    title: 'spins',
    program: script => script.module('(loop $for (br $for))'),
    check: leftNothing,
  },
  {
    title: 'calls itself without end',
    program: script =>
      script.module('(call $deeper)', { fields: '(func $deeper (call $deeper) (call $deeper))' }),
    check: leftNothing,
  },
  {
    title: 'eats all the memory it can get',
    program: script =>
      script.module(
        `(loop $more (br_if $more (i32.ne (memory.grow (i32.const 256)) (i32.const -1))))
         (memory.fill (i32.const 65536) (i32.const 1)
           (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 65536)))`,
        { memory: '4 4096' },
      ),
    check: sawNothing,
  },
  {
    title: 'asks for more memory than its manifest allows',
    program: script => script.module('', { memory: '60000 65536' }),
    check: refused(/memory/i),
  },
];

test('hostile programs get nowhere, and the custodian goes on', { timeout: 420_000 }, async t => {
  using home = temporaryHome();
  await using network = await startNetwork(home.path);
  const hospital = clientOf(network, 'hospital');
  const before = await hospital.call(nodeRoutes.status);
  const dataset = await publish(network, smallJob.csv, {
    target: smallJob.target,
    maxFuel: String(MAX_FUEL),
  });
  // All are under way together, as strangers would be.
  const outcomes = await Promise.all(
    attacks.map(async ({ program }) => runHostile(network, dataset, program(new Script()))),
  );
  for (const [index, { title, check }] of attacks.entries()) {
    await t.test(`a program that ${title}`, () => check(outcomes[index]!));
  }
  await t.test('afterwards the custodian serves as before', async () => {
    const after = await hospital.call(nodeRoutes.status);
    assert.equal(after.startedAtMs, before.startedAtMs, 'it is the same process');
    const { study } = await runMainJob(network, smallJob, { tell: () => undefined, doing: () => undefined });
    assert.equal(study.state, 'done', JSON.stringify(study.failure));
  });
});

async function runHostile(network: StartedNetwork, dataset: string, program: Uint8Array): Promise<Outcome> {
  const researcher = clientOf(network, 'researcher');
  const id = await begin(network, {
    kind: 'run',
    program: await offer(network, program),
    inputs: [{ name: 'table.safetensors', source: { dataset } }],
    params: { target: smallJob.target },
    outputs: [{ name: 'metrics.json', class: 'metrics', maxBytes: METRICS_MAX_BYTES }],
    purpose: 'None that is good.',
  });
  const settled = await within(
    `study ${id}`,
    SETTLING_MS,
    watchStudy(researcher, id, () => undefined),
  );
  const { steps } = await researcher.call(studiesRoutes.get, { params: { id } });
  const resultOf = (name: string) => steps.find(step => step.name === name)?.result;
  const order = z.object({ digest: z.string() }).parse(resultOf('run.order')).digest;
  const { jobs } = await clientOf(network, 'hospital').call(workRoutes.jobs);
  const received = z
    .object({ outputs: z.array(z.object({ name: z.string() })) })
    .safeParse(resultOf('run.receipt'));
  const released = received.data?.outputs.map(({ name }) => name) ?? [];
  return {
    state: settled.state,
    message: `${settled.failure?.code} ${settled.failure?.message}`,
    reason: jobs.find(job => job.order === order)?.failure?.message ?? '',
    released,
    told: released.includes('metrics.json') ? await readTold(network, id) : undefined,
  };
}

async function readTold(network: StartedNetwork, study: string): Promise<number> {
  const bytes = await clientOf(network, 'researcher').call(studiesRoutes.output, {
    params: { id: study, name: 'metrics.json' },
  });
  const { accuracy } = z.object({ accuracy: z.number() }).parse(JSON.parse(new TextDecoder().decode(bytes)));
  return Math.round(1000 * accuracy);
}
