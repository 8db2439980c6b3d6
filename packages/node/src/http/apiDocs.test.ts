import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';
import { readShippedPrograms } from '../process/shippedPrograms.ts';
import { inTime } from '../testing/seededNetwork.ts';
import { type ListeningNode, listenOn, TEST_TOKEN } from '../testing/servedNode.ts';
import { type TrainedNetwork, trainedNetwork } from '../testing/trainedNetwork.ts';

const text = readFileSync(join(import.meta.dirname, '../../../../docs/api.md'), 'utf8');
/** The commands of the page, one for each `curl`, with the heading they stand under. */
const commands = text.split(/^## /m).flatMap(section => {
  const heading = section.slice(0, section.indexOf('\n'));
  const blocks = [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block!);
  return blocks.flatMap(block => block.split(/^(?=curl )/m).map(command => ({ heading, command })));
});

const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not installed';

describe('the page about the API', { skip }, () => {
  let trained: TrainedNetwork;
  // Sockets and processes of the machine take part.
  const test = inTime(() => trained.network, { isShared: true });
  let researcher: ListeningNode;
  let hospital: ListeningNode;
  let provider: ListeningNode;
  let folder: string;
  let environment: Record<string, string>;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'koinon-docs-'));
    trained = await trainedNetwork(22);
    assert.equal(trained.study.state, 'done', trained.study.failure?.message);
    const { network, study } = trained;
    researcher = await listenOn(network.member('researcher'));
    hospital = await listenOn(network.member('hospital'));
    provider = await listenOn(network.member('alder'));
    writeFileSync(join(folder, 'cohort.csv'), syntheticCohort({ rows: 200, seed: 3 }));
    writeFileSync(join(folder, 'program.wasm'), readShippedPrograms().get('tabular-logistic')!);
    const { operator, node } = network.member('hospital');
    const request = node.port('custody').grants.list().at(-1)!;
    const { terms, bits } = request.request.message;
    const anchor = await node.ports.chain.nodes.anchorTransaction(operator, 1n);
    environment = {
      PATH: process.env['PATH'] ?? '',
      URL: researcher.url,
      TOKEN: TEST_TOKEN,
      HOSPITAL: hospital.url,
      PROVIDER: provider.url,
      HOSPITAL_TOKEN: TEST_TOKEN,
      AUDITOR: network.member('hospital-audit').operator,
      REQUEST: request.digest,
      TERMS: terms,
      BITS: bits.toString(),
      STUDY: study.id,
      MODEL: researcher.member.node.port('serving').catalogue.latest('heart')!.model,
      OPERATOR: operator,
      TRANSACTION: anchor!.transaction,
    };
  });
  after(async () => {
    await researcher.stop();
    await hospital.stop();
    await provider.stop();
    await trained.network.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (command: string): Promise<{ code: number | null; output: string }> =>
    new Promise(resolve => {
      const child = spawn('sh', ['-c', command], { cwd: folder, env: environment });
      let output = '';
      child.stdout.on('data', chunk => {
        output += chunk;
      });
      child.on('close', code => resolve({ code, output }));
    });

  test('has commands under every heading that promises some', () => {
    const headings = new Set(commands.map(({ heading }) => heading));
    for (const heading of ['Looking around', 'Training a model', 'Checking', 'Predicting', 'Watching']) {
      assert.ok(headings.has(heading), heading);
    }
    assert.ok(commands.length >= 25);
  });

  for (const { heading, command } of commands) {
    test(`${heading}: ${command.split('\n')[0]}`, async () => {
      const { code, output } = await run(command);
      assert.equal(code, 0, output);
      if (/ -o |events|metrics|openapi/.test(command)) return;
      assert.equal('error' in (JSON.parse(output) as object), false);
    });
  }

  test('the prediction it shows answers for both patients, and tells them apart', async () => {
    const { command } = commands.find(candidate => candidate.command.includes('two patients'))!;
    const answer = JSON.parse((await run(command)).output) as {
      outputs: { data: number[]; shape: number[]; parameters?: { classes: string } }[];
    };
    const [, probabilities] = answer.outputs;
    assert.deepEqual(probabilities!.shape, [2, 2]);
    const sick = probabilities!.parameters!.classes.split(',').indexOf('yes');
    assert.ok(sick >= 0, COHORT_TARGET);
    assert.ok(probabilities!.data[2 + sick]! > probabilities!.data[sick]! + 0.2);
  });

  test('the study it begins comes to a model', async () => {
    const studies = researcher.member.node.port('studies');
    const begun = studies
      .list()
      .find(({ request }) => request.kind === 'train' && request.name === 'heart-again');
    assert.equal((await studies.settled(begun!.id)).state, 'done');
  });
});
