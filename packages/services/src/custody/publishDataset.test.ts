import assert from 'node:assert/strict';
import { after, before, describe, test as say } from 'node:test';
import {
  inTime,
  type SeededNetwork,
  type ServedNode,
  seededNetwork,
  serveMember,
  usualParts,
} from '@koinon/node/testing';
import { cidOfBlob, decodeNode, isNodeCid, readDescription, utf8 } from '@koinon/protocol';
import { decodeTable } from '@koinon/tabular';
import { loadContent } from './loadContent.ts';
import type { PublicRows } from './prepareTable.ts';
import type { DatasetPreview } from './previewDataset.ts';
import { consentTo, requireConsent } from './publicRows.ts';

const ROWS = 200;
/** Numbers and words that stand in one row each and nowhere else, in all the forms a file could hold them. */
const CANARY_NUMBERS = [86_753.09, 31_337.25, 27_182.5];
const CANARY_WORDS = ['canary-one', 'canary-two'];

/** A table with a comma in a name, a word in five rows, and canaries in the first ones. */
function csvOf(change: (row: number, cells: string[]) => string[] = (_, cells) => cells): Uint8Array {
  const lines = ['age,weight,"site, ward",ID,smoker,outcome'];
  for (let row = 0; row < ROWS; row++) {
    const cells = [
      `${20 + ((row * 7) % 60)}`,
      row < CANARY_NUMBERS.length ? `${CANARY_NUMBERS[row]}` : `${50 + ((row * 13) % 40)}.5`,
      CANARY_WORDS[row] ?? (row % 40 === 7 ? 'harbour' : ['north', 'south'][row % 2]!),
      `${1000 + row}`,
      row % 5 < 2 ? 'yes' : 'no',
      row % 3 === 0 ? 'yes' : 'no',
    ];
    lines.push(change(row, cells).join(','));
  }
  return utf8.encode(`${lines.join('\n')}\n`);
}
const csv = csvOf();

describe('publishing a dataset', () => {
  let network: SeededNetwork;
  const test = inTime(() => network);
  let hospital: ServedNode;
  let auditor: string;

  before(async () => {
    network = await seededNetwork(71, usualParts.slice(0, 2));
    hospital = serveMember(network.member('hospital'));
    auditor = network.member('hospital-audit').operator;
  });
  after(async () => {
    await network.stop();
  });

  type Query = Readonly<Record<string, string | readonly string[]>>;
  const usual: Query = { name: 'cohort', target: 'outcome', amount: '1000' };
  const post = async (path: string, query: Query, body: Uint8Array = csv): Promise<[number, unknown]> => {
    const parameters = new URLSearchParams({ auditor });
    for (const [name, texts] of Object.entries({ ...usual, ...query }))
      for (const text of [texts].flat()) parameters.append(name, text);
    const response = await hospital.ask(`${path}?${parameters}`, {
      method: 'POST',
      token: true,
      body: body as BodyInit,
    });
    return [response.status, await response.json()];
  };
  const preview = async (query: Query, body?: Uint8Array): Promise<DatasetPreview> => {
    const [status, answer] = await post('/api/datasets/preview', query, body);
    assert.equal(status, 200, JSON.stringify(answer));
    return answer as DatasetPreview;
  };
  const publish = async (query: Query, body?: Uint8Array) => {
    const [status, answer] = await post('/api/datasets', query, body);
    assert.equal(status, 200, JSON.stringify(answer));
    const { id } = answer as { id: string; publicRows: number; heldBackRows: number };
    const { node, store } = network.member('hospital');
    const dataset = node.port('custody').datasets.get(BigInt(id))!;
    const record = decodeNode((await store.blobs.get(dataset.metadata))!);
    return { answer: answer as { publicRows: number; heldBackRows: number }, dataset, record, store };
  };
  const blobs = async (): Promise<Map<string, string>> => {
    const { store } = network.member('hospital');
    const found = new Map<string, string>();
    for await (const { cid, visibility } of store.blobs.list()) found.set(cid, visibility);
    return found;
  };
  const refuses = async (query: Query, code: string, body?: Uint8Array) => {
    const known = await blobs();
    const datasets = network.member('hospital').node.port('custody').datasets.list().length;
    const [status, answer] = await post('/api/datasets', query, body);
    const { error } = answer as { error: { code: string; next?: string } };
    assert.deepEqual([status, error.code], [400, code], JSON.stringify(answer));
    assert.deepEqual(await blobs(), known, 'nothing is stored');
    assert.equal(network.member('hospital').node.port('custody').datasets.list().length, datasets);
    return error;
  };

  test('makes no row public unless told to, and holds a fifth back from training', async () => {
    const { answer, dataset, record, store } = await publish({});
    assert.deepEqual([answer.publicRows, answer.heldBackRows], [0, 40]);
    assert.equal(dataset.publicTable, undefined);
    assert.equal(Reflect.get(record as object, 'koinon:publicRows'), 0);
    const [training, heldBack] = await Promise.all(
      (['training', 'held-back'] as const).map(async rows =>
        decodeTable(await loadContent(store, dataset, rows)),
      ),
    );
    assert.deepEqual([training!.rows, heldBack!.rows], [160, 40]);
    assert.deepEqual([training!.heldBackRows, heldBack!.heldBackRows], [undefined, undefined]);
    assert.deepEqual(readDescription(record).approximateHeldBackRows, 40);
  });

  test('tells nothing of a cell: no canary stands in any public blob, and all stand in the private one', async () => {
    const known = new Set((await blobs()).keys());
    const { dataset, store } = await publish({ name: 'canaries' });
    const stored = [...(await blobs())].filter(([cid]) => !known.has(cid));
    assert.deepEqual(stored.map(([, visibility]) => visibility).sort(), ['private', 'public', 'public']);
    for (const [cid, visibility] of stored) {
      const bytes = Buffer.from((await store.blobs.get(cid))!);
      for (const number of CANARY_NUMBERS) {
        const single = Buffer.from(Float32Array.of(number).buffer);
        const double = Buffer.from(Float64Array.of(number).buffer);
        const isThere = bytes.includes(single);
        assert.equal(isThere, visibility === 'private', `${number} in ${cid}`);
        for (const form of [`${number}`, double, Buffer.from(double).reverse()])
          assert.equal(bytes.includes(form), false, `${number} in ${cid}`);
      }
      for (const word of CANARY_WORDS) assert.equal(bytes.includes(word), false, `${word} in ${cid}`);
      if (visibility === 'public' && isNodeCid(cid)) readDescription(decodeNode(bytes));
    }
    assert.equal(dataset.heldBackRows, 40);
  });

  test('has a policy that protects where nothing is said, and takes what is said', async () => {
    const { policy } = (await publish({ name: 'defaults' })).dataset;
    const { token, auditors, maxRunMs, ...said } = policy;
    assert.deepEqual(auditors, [auditor]);
    assert.equal(token, network.reader.deployment.token);
    assert.ok(maxRunMs > 0);
    assert.deepEqual(said, {
      koinon: 'policy/2',
      minGroupRows: 10,
      outputs: { model: 1, metrics: 1, evaluation: 1 },
      weightBits: 8,
      ratePermille: 5,
      groups: [],
      opaqueBits: 0,
      publicInputs: [],
      candidates: true,
      bits: { job: 2_000, requesterYear: 10_000, year: 20_000, total: 100_000 },
      maxUses: 10,
      amount: 1000n,
      dryRunAmount: 100n,
      maxFuel: 1e12,
    });
    const { policy: other } = (
      await publish({
        name: 'other',
        minGroupRows: '20',
        weightBits: '6',
        ratePermille: '10',
        groups: ['site, ward'],
        candidates: 'false',
        bitsPerJob: '500',
        bitsPerRequesterYear: '501',
        bitsPerYear: '502',
        bitsTotal: '503',
        maxUses: '3',
        dryRunAmount: '7',
        maxFuel: '1000',
      })
    ).dataset;
    assert.deepEqual(
      [other.minGroupRows, other.weightBits, other.ratePermille, other.groups, other.candidates],
      [20, 6, 10, ['site, ward'], false],
    );
    assert.deepEqual(other.bits, { job: 500, requesterYear: 501, year: 502, total: 503 });
    assert.deepEqual([other.maxUses, other.dryRunAmount, other.maxFuel], [3, 7n, 1000]);
  });

  test('takes names with commas, each as a parameter of its own', async () => {
    const { record } = await publish({ name: 'fewer', exclude: ['site, ward', 'ID'] });
    assert.deepEqual(
      readDescription(record).columns.map(({ name }) => name),
      ['age', 'weight', 'smoker', 'outcome'],
    );
    await refuses({ exclude: 'age,weight' }, 'K_TABLE_NO_SUCH_COLUMN');
  });

  test('computes nothing from a column whose range is stated', async () => {
    const { record } = await publish({ name: 'ranged', range: ['age=0:120', 'weight=-5.5:1e3'] });
    const [age, weight] = readDescription(record).columns;
    assert.deepEqual(age, { name: 'age', type: 'number', grid: { centre: 64, unit: 16 }, range: [0, 120] });
    assert.deepEqual(weight?.type === 'number' && weight.range, [-5.5, 1000]);
    for (const range of ['age', 'age=1', 'age=1:x', '=0:1', 'age=:1', 'age=9:1'])
      await refuses({ range }, 'K_TABLE_RANGE');
    await refuses({ range: ['age=0:1', 'age=0:2'] }, 'K_TABLE_RANGE');
    await refuses({ range: 'aeg=0:120' }, 'K_TABLE_NO_SUCH_COLUMN');
  });

  test('refuses groups that are no categories of the table', async () => {
    await refuses({ groups: ['age'] }, 'K_POLICY_GROUP');
    const error = await refuses({ groups: ['ward'] }, 'K_POLICY_GROUP');
    assert.match(error.next!, /"site, ward"/);
    const [status, answer] = await post('/api/datasets/preview', { groups: ['ward'] });
    assert.deepEqual([status, (answer as { error: { code: string } }).error.code], [400, 'K_POLICY_GROUP']);
  });

  test('lets no row leave without a yes that showed it', async () => {
    const shared = { name: 'given', publicShare: '0.2' };
    const error = await refuses(shared, 'K_PUBLIC_ROWS_UNSEEN');
    assert.match(error.next!, /preview/);
    const { seed, publicRows, rows } = await preview(shared);
    assert.ok(publicRows);
    assert.deepEqual(rows, { training: 128, heldBack: 32, public: 40 });
    assert.equal(publicRows.rows, 40);
    const { consent } = publicRows;
    await refuses({ ...shared, seed }, 'K_PUBLIC_ROWS_UNSEEN');
    await refuses({ ...shared, consent }, 'K_PUBLIC_ROWS_UNSEEN');

    const { answer, dataset, record, store } = await publish({ ...shared, seed, consent });
    assert.deepEqual([answer.publicRows, answer.heldBackRows], [40, 32]);
    assert.equal(dataset.publicTable, publicRows.cid);
    assert.equal(Reflect.get(record as object, 'koinon:publicRows'), 40);
    const table = decodeTable((await store.blobs.get(publicRows.cid))!);
    assert.deepEqual(
      Array.from({ length: table.rows }, (_, row) =>
        table.columns.map(column =>
          column.type === 'number'
            ? Math.fround(Number(publicRows.shown[row]![publicRows.columns.indexOf(column.name)]))
            : publicRows.shown[row]![publicRows.columns.indexOf(column.name)],
        ),
      ),
      Array.from({ length: table.rows }, (_, row) =>
        table.columns.map(column =>
          column.type === 'number' ? column.values[row] : (column.dictionary[column.codes[row]!] ?? ''),
        ),
      ),
      'the rows shown are the rows that are public',
    );
  });

  test('takes a yes for the rows it was given for, and for no others', async () => {
    const shared: Query = { name: 'given-again', publicShare: '0.2', exclude: ['ID'] };
    const { seed, publicRows } = await preview(shared);
    const yes: Query = { ...shared, seed, consent: publicRows!.consent };
    const shown = new Set(publicRows!.shown.map(cells => cells[0]));
    const aged = csvOf((_, cells) =>
      shown.has(cells[0]!) ? [`${Number(cells[0]) + 100}`, ...cells.slice(1)] : cells,
    );
    const changes: [string, Query, Uint8Array?][] = [
      ['another file', yes, aged],
      [
        'a row more',
        yes,
        utf8.encode(`${new TextDecoder().decode(csv)}${'44,61,south,2,no,no\n'.repeat(5)}`),
      ],
      ['another share', { ...yes, publicShare: '0.3' }],
      ['other columns', { ...yes, exclude: [] }],
      ['other excluded columns', { ...yes, exclude: ['ID', 'age'] }],
      ['another target', { ...yes, target: 'smoker' }],
      ['another seed', { ...yes, seed: `0x${'5'.repeat(64)}` }],
      ['another consent', { ...yes, consent: `0x${'5'.repeat(64)}` }],
      ['a smaller minimum, and so other words', { ...yes, minGroupRows: '2' }],
    ];
    for (const [what, query, body] of changes) {
      const error = await refuses(query, 'K_PUBLIC_ROWS_UNSEEN', body);
      assert.ok(error, what);
    }
    // All else may change: it is not about the rows.
    await publish({ ...yes, amount: '5', heldBackShare: '0.5' });
  });

  test('shows what it will tell, word for word, and stores none of it', async () => {
    const known = await blobs();
    const query: Query = { name: 'shown', range: 'age=0:120', heldBackShare: '0.3' };
    const shown = await preview(query);
    assert.deepEqual(await blobs(), known);
    assert.equal(shown.publicRows, undefined);
    assert.deepEqual(shown.rows, { training: 140, heldBack: 60, public: 0 });
    assert.equal(shown.publishedBits, 28, 'weight and ID');
    assert.deepEqual(
      shown.columns.find(({ name }) => name === 'site, ward'),
      { name: 'site, ward', type: 'category', missing: 0, words: 3, foldedWords: 3 },
    );
    assert.match(shown.warnings.map(({ message }) => message).join('\n'), /"ID" looks like an identifier/);
    assert.match(shown.singlingOut.sentences.join('\n'), /"ID" alone singles out 100.0 %/);
    const { record } = await publish({ ...query, seed: shown.seed });
    assert.deepEqual(readDescription(record), shown.description);
  });

  test('shows as many public rows as it is asked for', async () => {
    const shared: Query = { name: 'shown', publicShare: '0.5' };
    const count = async (query: Query) => (await preview({ ...shared, ...query })).publicRows!.shown.length;
    assert.equal(await count({}), 50);
    assert.equal(await count({ show: '3' }), 3);
    assert.equal(await count({ show: '1000' }), 101);
  });

  test('warns of columns that name people', async () => {
    const named = new TextDecoder().decode(csv).replace('age,', 'year_of_birth,');
    const { warnings } = await preview({}, utf8.encode(named));
    assert.ok(
      warnings.some(
        ({ code, column }) => code === 'K_TABLE_IDENTIFYING_COLUMN' && column === 'year_of_birth',
      ),
    );
  });

  test('needs the token to look too', async () => {
    const response = await hospital.ask('/api/datasets/preview?name=x', {
      method: 'POST',
      body: csv as BodyInit,
    });
    assert.equal(response.status, 401);
  });
});

say('a consent is for one seed and one file, to the last bit', () => {
  const rows = (file: Uint8Array): PublicRows => ({
    table: { rows: 1, columns: [] },
    file,
    cid: cidOfBlob(file),
  });
  const [file, seed] = [Uint8Array.of(1, 2, 3), new Uint8Array(32)];
  const consent = consentTo(rows(file), seed);
  requireConsent(rows(file), seed, consent);
  const unseen = { code: 'K_PUBLIC_ROWS_UNSEEN' };
  assert.throws(() => requireConsent(rows(file), seed, undefined), unseen);
  for (let bit = 0; bit < 8 * file.length; bit++) {
    const other = file.slice();
    other[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => requireConsent(rows(other), seed, consent), unseen);
  }
  for (let bit = 0; bit < 256; bit++) {
    const other = seed.slice();
    other[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => requireConsent(rows(file), other, consent), unseen);
  }
});
