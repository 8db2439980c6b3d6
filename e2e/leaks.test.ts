import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { ask } from '@koinon/kernel';
import {
  figuresDraft,
  inTime,
  onTheMachine,
  ordered,
  privateOrder,
  type SeededNetwork,
  seededNetwork,
} from '@koinon/node/testing';
import { LOSS_VALUES, readLinear, type Setting, settingOf } from '@koinon/privacy/testing';
import { compile } from '@koinon/programs/build';
import { auditVerdicts, decodeManifest, decodeNode, type Manifest, type Verdict } from '@koinon/protocol';
import type { HeldDataset } from '@koinon/services/custody';
import { describeHeld, loadContent } from '@koinon/services/custody';
import { COHORT_TARGET, syntheticCohort } from '@koinon/tabular';

/** The attacker's program, approved; its source has every way to carry rows out that we know. */
const program = await compile('assembly/hostile/leak.ts');

const MODEL = [{ name: 'model.onnx', class: 'model', maxBytes: 2 ** 20 }] as const;
const METRICS = [{ name: 'metrics.json', class: 'metrics', maxBytes: 2 ** 16 }] as const;
const EVALUATION = [{ name: 'metrics.json', class: 'evaluation', maxBytes: 2 ** 16 }] as const;

/** What the attacker has in the end. */
interface Leaked {
  files: Map<string, Uint8Array>;
  verdict: Verdict;
  setting: Setting;
  /** The answer without what is drawn or signed anew each time. */
  view: unknown;
}

describe('a program that means to carry the rows out', () => {
  let network: SeededNetwork;
  const it = inTime(() => network);
  let dataset: HeldDataset;
  /** The cells, least bit first: what it reads, and what its decoder is held against. */
  let rowBits: (from: number, count: number) => number;

  before(async () => {
    network = await seededNetwork(78);
    const executor = onTheMachine(network.loop);
    for (const name of ['hospital', 'hospital-audit']) {
      await network.crash(name);
      await network.start(name, { executor });
    }
    dataset = await network.publish(syntheticCohort({ rows: 300, seed: 5 }), COHORT_TARGET);
    const table = await loadContent(network.member('hospital').store, dataset, 'training');
    const cells = table.subarray(
      8 + Number(new DataView(table.buffer, table.byteOffset).getBigUint64(0, true)),
    );
    rowBits = (from, count) => {
      let value = 0;
      for (let i = 0; i < count; i++) value |= ((cells[(from + i) >> 3]! >> ((from + i) & 7)) & 1) << i;
      return value;
    };
  });
  after(() => network.stop());

  async function leak(
    way: string,
    outputs: Manifest['outputs'],
    params: Manifest['params'] = {},
    rows: 'training' | 'held-back' = 'training',
  ): Promise<Leaked> {
    const ports = network.member('researcher').node.ports;
    const { operator, store } = network.member('hospital');
    const base = await figuresDraft(network, dataset, {}, { program });
    const input = decodeManifest(base).inputs[0]!;
    const source = { dataset: { ...(input.source as { dataset: object }).dataset, rows } };
    const change = {
      params: { target: COHORT_TARGET, way, ...params },
      inputs: [{ ...input, source }] as Manifest['inputs'],
      limits: { fuel: 1e10, stepFuel: 1e10, memoryPages: 4096, callDepth: 512, outputBytes: 2 ** 24 },
      outputs,
    };
    const draft = await figuresDraft(network, dataset, change, { program });
    const { submission, manifest } = await privateOrder(network, dataset, draft);
    const answer = await ordered(ports, submission);
    assert.equal(answer.state, 'sealed', JSON.stringify(answer.failure));
    const fetch = (cid: string) => ports.network.fetchBlob(operator, cid, { maxBytes: 2 ** 21 });
    const files = new Map<string, Uint8Array>();
    for (const { name, cid } of answer.outputs!) files.set(name, await fetch(cid));
    const verdict = decodeNode(await fetch(answer.verdict!)) as Verdict;
    const setting = settingOf(dataset.policy, decodeManifest(manifest), await describeHeld(store, dataset));
    assert.ok(!('none' in setting));
    const { sealed: _, ...said } = verdict;
    const { amount, token } = answer.receipt!.message;
    const view = { keys: Object.keys(answer).sort(), outputs: answer.outputs, said, amount, token };
    return { files, verdict, setting, view };
  }

  const json = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));

  it('gets nothing by the order of a node\u2019s inputs: it is that of a model which says nothing', async () => {
    const wired = await leak('wiring', [...MODEL]);
    const empty = await leak('zero', [...MODEL]);
    const [model, same] = [wired, empty].map(({ files }) => files.get('model.onnx')!);
    assert.deepEqual(model, same);
    assert.ok(model!.length < 8192, `${model!.length} bytes`);
    const { receiptDigest } = network.member('hospital').node.port('work').jobs.list()[0]!;
    await agreed(receiptDigest!);
  });

  it('gets seven bits of rows a weight out, which is nearly all that was charged, and no more', async () => {
    const description = await describeHeld(network.member('hospital').store, dataset);
    const grids = Object.fromEntries(
      description.columns.flatMap(column => (column.type === 'number' ? [[column.name, column.grid]] : [])),
    );
    const { files, verdict, setting } = await leak('weights', [...MODEL], { grids });
    const { weights, intercepts, exponent } = readLinear(files.get('model.onnx')!, setting);
    assert.equal(exponent, 0);
    const levels = [...weights[0]!, intercepts[0]!];
    const right = levels.filter((level, i) => level + 63 === rowBits(7 * i, 7)).length;
    assert.equal(right, levels.length, 'this decoder is as good as can be');
    const bits = 7 * levels.length;
    assert.ok(bits <= verdict.bits && bits > 0.7 * verdict.bits, `${bits} of ${verdict.bits} bits`);
  });

  it('gets nothing by classes that are cells: such a model stays', async () => {
    const grids = { age: { centre: 0, unit: 1 } };
    const description = await describeHeld(network.member('hospital').store, dataset);
    for (const column of description.columns)
      if (column.type === 'number') Object.assign(grids, { [column.name]: column.grid });
    const { files, verdict } = await leak('cells as classes', [...MODEL], { grids });
    assert.deepEqual([...files], []);
    assert.equal(verdict.word, 'withheld');
  });

  it('gets nothing by digits, words, counts and members of its figures', async () => {
    const { files, setting } = await leak('spelled', [...METRICS]);
    assert.deepEqual(json(files.get('metrics.json')), {
      version: 2,
      kind: 'training',
      rows: setting.approximateRows,
      classes: setting.target.dictionary,
      converged: true,
      logLoss: LOSS_VALUES.reduce((best, each) =>
        Math.abs(each - 0.5) < Math.abs(best - 0.5) ? each : best,
      ),
      accuracy: 0.9,
    });
  });

  it('gets fifteen bits out by the figures themselves, and the bound says more', async () => {
    const { files, verdict } = await leak('figures', [...METRICS], { losses: [...LOSS_VALUES] });
    const { converged, logLoss, accuracy } = json(files.get('metrics.json'));
    const decoded =
      (converged ? 1 : 0) | (LOSS_VALUES.indexOf(logLoss) << 1) | (Math.round(accuracy * 200) << 8);
    assert.equal(decoded, rowBits(0, 15));
    assert.ok(verdict.bits >= 15);
  });

  it('gets nothing by why nothing leaves: all that its requester sees is one word, at one price', async () => {
    const views = [];
    for (const pick of [0, 1, 2]) views.push((await leak('reasons', [...MODEL], { pick })).view);
    for (const view of views) assert.deepEqual(view, views[0]);
    const reasons = network
      .member('hospital')
      .node.port('work')
      .jobs.list()
      .slice(-3)
      .map(job => job.result!.reasons![0]!.reasons[0]);
    assert.deepEqual(reasons, ['missing', 'unknown-class', 'size-cap'], 'its owner sees them');
  });

  it('gets nothing about groups that have no rows, whatever counts it makes up', async () => {
    const { files } = await leak(
      'groups',
      [...EVALUATION],
      { groupBy: ['sex', '__proto__', 'sex'] },
      'held-back',
    );
    const { groups } = json(files.get('metrics.json'));
    assert.deepEqual(
      groups.map(({ value, rows, accuracy }: Record<string, unknown>) => [value, rows, accuracy]),
      [
        ['female', null, 0.5],
        ['male', null, 0.5],
        ['(missing)', null, null],
      ],
    );
  });

  it('is not even asked about with 64 outputs, files of the requester\u2019s beside the rows, or no target', async () => {
    const many = Array.from({ length: 64 }, (_, i) => ({ ...MODEL[0], name: `m${10 + i}.onnx` }));
    const answers = await network.member('researcher').store.blobs.put(new Uint8Array(64), 'public');
    const base = decodeManifest(await figuresDraft(network, dataset, {}, { program }));
    const drafts: Partial<Manifest>[] = [
      { outputs: many },
      { inputs: [{ name: 'answers.bin', source: { cid: answers } }, ...base.inputs] },
      { params: { target: 'constructor' } },
      { params: { target: 'age' } },
      { params: { exclude: ['age'] } },
    ];
    for (const change of drafts) {
      const draft = await figuresDraft(network, dataset, change, { program });
      await assert.rejects(privateOrder(network, dataset, draft), { code: 'K_REQUEST_REFUSED' });
    }
  });

  /** The auditor its owner named came to the same. */
  async function agreed(receipt: `0x${string}`): Promise<void> {
    const ports = network.member('researcher').node.ports;
    const question = { receipt, provider: network.member('hospital').operator };
    for (;;) {
      const answer = await ask(
        ports.network,
        network.member('hospital-audit').operator,
        'audit.request',
        question,
      ).catch(() => undefined);
      if (answer?.status === 'reported')
        return assert.equal(answer.report.message.verdict, auditVerdicts.agrees);
      await ports.clock.wait(250, new AbortController().signal);
    }
  }
});
