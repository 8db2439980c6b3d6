import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  addToCatalogue,
  openInferenceEndpoints,
  openInferenceSchemas,
  servedNode,
  tensorData,
  trainSmallModel,
} from '@koinon/node/testing';
import { Ajv } from 'ajv';

const ajv = new Ajv({ allErrors: true, schemas: [tensorData] });
type Schema = keyof typeof openInferenceSchemas;
function conforms(schema: Schema, body: unknown): void {
  assert.ok(ajv.validate(openInferenceSchemas[schema], body), `${schema}: ${ajv.errorsText()}`);
}

interface Port {
  name: string;
  datatype: string;
  shape: number[];
}
interface Tensor extends Port {
  data: unknown[];
  parameters?: Record<string, unknown>;
}
type Question = { inputs: Tensor[] } & Record<string, unknown>;
interface Answer {
  model_name: string;
  model_version: string;
  id?: string;
  outputs: (Tensor & { data: (string | number)[] })[];
}

describe('a served model', () => {
  let served: Awaited<ReturnType<typeof servedNode>>;
  let inputs: Port[];

  before(async () => {
    served = await servedNode();
    const model = await trainSmallModel();
    await addToCatalogue(served.member, 'heart', await trainSmallModel(200));
    await addToCatalogue(served.member, 'heart', model);
    inputs = ((await (await served.ask('/v2/models/heart')).json()) as { inputs: Port[] }).inputs;
  });
  after(() => served.stop());

  /** `rows` patients, alike but for their age. */
  const question = (rows = 1, change: (tensor: Tensor) => Tensor = same => same): Question => ({
    inputs: inputs.map(({ name, datatype }) =>
      change({
        name,
        datatype,
        shape: [rows, 1],
        data: Array.from({ length: rows }, (_, row) =>
          datatype === 'BYTES' ? 'north' : name === 'age' ? 40 + 10 * row : 1,
        ),
      }),
    ),
  });
  const post = (body: unknown, path = '/v2/models/heart/infer', headers: Record<string, string> = {}) =>
    served.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const answered = async (body: unknown, path?: string): Promise<Answer> => {
    const response = await post(body, path);
    const answer = (await response.json()) as Answer;
    assert.equal(response.status, 200, JSON.stringify(answer));
    conforms('inference_response', answer);
    return answer;
  };
  const refusedWith = async (response: Response, status: number, pattern: RegExp): Promise<void> => {
    const body = (await response.json()) as { error: string };
    assert.equal(response.status, status, body.error);
    conforms('inference_error_response', body);
    conforms('metadata_model_error_response', body);
    assert.match(body.error, pattern);
  };
  const ofAge = (change: Partial<Tensor>, rows = 1) =>
    question(rows, tensor => (tensor.name === 'age' ? { ...tensor, ...change } : tensor));

  for (const endpoint of openInferenceEndpoints) {
    test(`answers ${endpoint.method.toUpperCase()} ${endpoint.path} as the protocol says`, async () => {
      const path = endpoint.path.replace('{name}', 'heart').replace('{version}', '2');
      const response = endpoint.method === 'post' ? await post(question(2), path) : await served.ask(path);
      assert.equal(response.status, 200);
      const body = await response.json();
      if ('answer' in endpoint) conforms(endpoint.answer, body);
    });
  }

  test('names its versions, and answers with the one that was asked for, the newest else', async () => {
    const metadata = (await (await served.ask('/v2/models/heart')).json()) as { versions: string[] };
    assert.deepEqual(metadata.versions, ['1', '2']);
    const [first, second, newest] = [
      await answered(question(), '/v2/models/heart/versions/1/infer'),
      await answered(question(), '/v2/models/heart/versions/2/infer'),
      await answered(question()),
    ];
    assert.equal(first.model_version, '1');
    assert.deepEqual(newest, second);
    assert.notDeepEqual(first.outputs, second.outputs);
  });

  test('its question as a client writes it fits the protocol, and the answer names its parts', async () => {
    const asked = {
      id: '42',
      parameters: { priority: 1 },
      ...question(3),
      outputs: [{ name: 'probabilities' }],
    };
    conforms('inference_request', asked);
    const { id, model_name, outputs } = await answered(asked);
    assert.equal(id, '42');
    assert.equal(model_name, 'heart');
    assert.deepEqual(
      outputs.map(output => output.name),
      ['probabilities'],
    );
    assert.deepEqual(outputs[0]!.shape, [3, 2]);
    assert.equal(outputs[0]!.data.length, 6);
  });

  test('rows in one question come to the same as each row alone', async () => {
    const together = (await answered(question(4))).outputs[1]!.data;
    for (let row = 0; row < 4; row++) {
      const alone = (await answered(ofAge({ data: [40 + 10 * row] }))).outputs[1]!.data;
      assert.deepEqual(together.slice(2 * row, 2 * row + 2), alone);
    }
    assert.notDeepEqual(together.slice(0, 2), together.slice(6, 8));
  });

  test('order of inputs, nesting and a shape without the second dimension make no difference', async () => {
    const plain = await answered(question(3));
    const { inputs: tensors } = question(3);
    assert.deepEqual(await answered({ inputs: tensors.toReversed() }), plain);
    assert.deepEqual(
      await answered(question(3, tensor => ({ ...tensor, data: tensor.data.map(cell => [cell]) }))),
      plain,
    );
    assert.deepEqual(await answered(question(3, tensor => ({ ...tensor, shape: [3] }))), plain);
  });

  for (const datatype of [
    'FP16',
    'FP32',
    'FP64',
    'INT8',
    'INT16',
    'INT32',
    'INT64',
    'UINT8',
    'UINT16',
    'UINT32',
    'UINT64',
  ]) {
    test(`takes numbers as ${datatype}`, async () => {
      assert.deepEqual(
        await answered(ofAge({ datatype, data: [55] })),
        await answered(ofAge({ data: [55] })),
      );
    });
  }

  test('takes true and false for one and zero', async () => {
    const given = await answered(ofAge({ datatype: 'BOOL', data: [true, false] }, 2));
    assert.deepEqual(given, await answered(ofAge({ data: [1, 0] }, 2)));
  });

  test('a missing cell is null, an empty one, ?, NA or NaN, and not zero', async () => {
    const missing = await answered(ofAge({ data: [null] }));
    for (const cell of ['', '?', 'NA', ' ', 'NaN']) {
      assert.deepEqual(await answered(ofAge({ data: [cell] })), missing, JSON.stringify(cell));
    }
    const python = JSON.stringify(ofAge({ data: ['@'] })).replace('"@"', 'NaN');
    assert.deepEqual(await answered(python), missing);
    assert.notDeepEqual(await answered(ofAge({ data: [0] })), missing);
    const unknownSite = await answered(
      question(1, tensor => (tensor.name === 'site' ? { ...tensor, data: [null] } : tensor)),
    );
    for (const cell of ['', '?', 'NA']) {
      const same = await answered(
        question(1, tensor => (tensor.name === 'site' ? { ...tensor, data: [cell] } : tensor)),
      );
      assert.deepEqual(same, unknownSite);
    }
  });

  test('takes what the KServe client in Python sends', async () => {
    const { inputs: tensors } = question(2, tensor => ({
      ...tensor,
      shape: [2, 1],
      parameters: { content_type: tensor.datatype === 'BYTES' ? 'str' : 'np' },
    }));
    const body = {
      id: '4be4e82f-5500-420a-a5c5-ac86841e271b',
      inputs: tensors,
      parameters: { content_type: 'pd', headers: null },
      outputs: [{ name: 'label', parameters: { binary_data: false } }],
    };
    const { outputs } = await answered(body);
    assert.equal(outputs.length, 1);
    assert.equal(outputs[0]!.datatype, 'BYTES');
  });

  const refusals: Record<string, [() => unknown, RegExp]> = {
    'without its inputs': [() => ({}), /inputs/],
    'with no inputs': [() => ({ inputs: [] }), /inputs/],
    'that is not JSON': [() => '{"inputs": [', /not JSON/],
    'that is a list': [() => [], /malformed/],
    'nested beyond measure': [() => '['.repeat(100_000), /not JSON/],
    'with one input missing': [() => ({ inputs: question().inputs.slice(1) }), /"age" is missing/],
    'with an input the model lacks': [
      () => ({ inputs: [...question().inputs, { name: 'x', shape: [1, 1], datatype: 'FP32', data: [1] }] }),
      /no input "x"/,
    ],
    'with an input twice': [() => ({ inputs: [...question().inputs, question().inputs[0]] }), /twice/],
    'with an output the model lacks': [() => ({ ...question(), outputs: [{ name: 'x' }] }), /no output "x"/],
    'with fewer values than rows': [() => ofAge({ data: [1] }, 2), /1 values for 2 rows/],
    'with rows that differ': [() => ofAge({ shape: [2, 1], data: [1, 2] }), /rows/],
    'with two columns in one input': [() => ofAge({ shape: [1, 2], data: [1, 2] }), /shape/],
    'with no rows': [() => question(0), /rows/],
    'with too many rows': [
      () => question(1, t => ({ ...t, shape: [70_000, 1], data: Array(70_000).fill(t.data[0]) })),
      /65536/,
    ],
    'with a word for a number': [() => ofAge({ data: ['old'] }), /takes numbers/],
    'with a number for a word': [
      () => question(1, t => (t.datatype === 'BYTES' ? { ...t, data: [1] } : t)),
      /takes words/,
    ],
    'with words in a datatype of numbers': [
      () => question(1, t => (t.datatype === 'BYTES' ? { ...t, datatype: 'FP32' } : t)),
      /BYTES/,
    ],
    'with numbers as BYTES': [() => ofAge({ datatype: 'BYTES', data: ['1'] }), /FP32/],
    'with an unknown datatype': [() => ofAge({ datatype: 'FP8' }), /FP8/],
    'with a fraction as an integer': [() => ofAge({ datatype: 'INT32', data: [1.5] }), /no INT32/],
    'with a value its datatype cannot hold': [() => ofAge({ datatype: 'INT8', data: [128] }), /no INT8/],
    'with a negative unsigned value': [() => ofAge({ datatype: 'UINT8', data: [-1] }), /no UINT8/],
    'with a value beyond float32': [() => ofAge({ data: [1e39] }), /beyond/],
    'with a truth value that is none': [() => ofAge({ datatype: 'BOOL', data: [2] }), /neither/],
    'with a table for a cell': [() => ofAge({ data: [[[1]]] }), /takes numbers/],
    'in the binary extension': [
      () => ofAge({ data: [], parameters: { binary_data_size: 4 } }),
      /binary extension/,
    ],
  };
  for (const [how, [make, pattern]] of Object.entries(refusals)) {
    test(`refuses a question ${how}, with a sentence that says so`, async () => {
      await refusedWith(await post(make()), 400, pattern);
    });
  }

  test('refuses a body that goes on in binary behind its JSON', async () => {
    const response = await post(question(), undefined, { 'inference-header-content-length': '10' });
    await refusedWith(response, 400, /binary extension/);
  });

  test('refuses a body that is compressed, and one that is too large before reading it', async () => {
    await refusedWith(await post(question(), undefined, { 'content-encoding': 'gzip' }), 415, /gzip/);
    await refusedWith(await post(' '.repeat(2 ** 24 + 1)), 413, /16777216/);
  });

  for (const [what, path] of Object.entries({
    'a model that is not there': '/v2/models/lung',
    'a version that is not there': '/v2/models/heart/versions/3',
    'a version that is no number': '/v2/models/heart/versions/1.0',
    'a version with zeros before it': '/v2/models/heart/versions/01',
    'version 0': '/v2/models/heart/versions/0',
    'a name with spaces and letters of another script': `/v2/models/${encodeURIComponent('сердце и ♥')}`,
    'a name with slashes in it': '/v2/models/..%2F..%2Fetc%2Fpasswd',
    'a name that is no UTF-8': '/v2/models/%ff%fe',
    'a name with quotes and a zero byte': '/v2/models/%22%27%00--',
    'the name of what every object has': '/v2/models/__proto__',
  })) {
    test(`answers 404 for ${what}, to every question`, async () => {
      await refusedWith(await served.ask(path), 404, /No model/);
      await refusedWith(await served.ask(`${path}/ready`), 404, /No model/);
      await refusedWith(await post(question(), `${path}/infer`), 404, /No model/);
    });
  }

  test('answers 404 in the protocol’s form below /v2 where there is nothing', async () => {
    await refusedWith(await served.ask('/v2/nothing'), 404, /no such page/);
    await refusedWith(await served.ask('/v2/models/heart/explain'), 404, /no such page/);
  });

  test('a server with a model whose file is lost is not ready, and says which', async () => {
    const lost = await addToCatalogue(served.member, 'lost', new Uint8Array([1, 2, 3]));
    await served.member.store.blobs.delete(lost.model);
    await refusedWith(await served.ask('/v2/health/ready'), 503, /"lost"/);
    await refusedWith(await served.ask('/v2/models/lost/ready'), 503, /no longer/);
    assert.equal((await served.ask('/v2/health/live')).status, 200);
  });

  test('a file that is no model is refused, with why', async () => {
    await addToCatalogue(served.member, 'broken', new Uint8Array([9, 9, 9]));
    const response = await post(question(), '/v2/models/broken/infer');
    assert.ok(response.status >= 400);
    conforms('inference_error_response', await response.json());
  });

  test('the answer names file and passport of the model', async () => {
    const response = await post(question());
    const entry = served.member.node.port('serving').catalogue.latest('heart')!;
    assert.equal(response.headers.get('x-koinon-model'), entry.model);
    assert.equal(response.headers.get('x-koinon-passport'), entry.passport);
  });

  const skip = process.platform === 'linux' ? false : 'finding the process needs /proc';
  test('a model whose process was killed answers the next question all the same', { skip }, async () => {
    const expected = await answered(question());
    const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
    const pids = children.trim().split(' ').filter(Boolean).map(Number);
    assert.ok(pids.length > 0);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    assert.deepEqual(await answered(question()), expected);
  });

  test('many questions at once are all answered, each with its own', async () => {
    const ages = Array.from({ length: 24 }, (_, i) => 20 + i);
    const alone = new Map<number, unknown>();
    for (const age of ages.slice(0, 3)) alone.set(age, (await answered(ofAge({ data: [age] }))).outputs);
    const answers = await Promise.all(
      ages.map(age => answered({ id: String(age), ...ofAge({ data: [age] }) })),
    );
    answers.forEach((answer, i) => {
      assert.equal(answer.id, String(ages[i]));
      if (alone.has(ages[i]!)) assert.deepEqual(answer.outputs, alone.get(ages[i]!));
    });
  });
});
