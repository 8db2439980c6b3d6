import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  approvalOf,
  bitsClause,
  capsOf,
  inputClause,
  outputClause,
  programClause,
  type RequestShown,
  rowBits,
  whyNoYes,
  yesPhrases,
} from './requestWords.ts';

const shown: RequestShown = {
  status: 'pending',
  request: { message: { terms: `0x${'1'.repeat(64)}`, bits: '230', uses: 3 } },
  bound: { bits: 230, opaqueBits: 0 },
  refusals: [],
  charged: { requesterYear: 10, year: 20, total: 30 },
  caps: { requesterYear: 100, year: 200, total: 300 },
};

test('a program is told by its name where it is shipped, else by its size, digest and imports', () => {
  assert.equal(programClause({ cid: 'b', name: 'train-logistic' }), 'train-logistic, which Koinon ships');
  const stranger = { cid: 'b', bytes: 12_345, sha256: '0x12' };
  assert.match(programClause(stranger), /not ship: 12,345 bytes, sha-256 0x12$/);
  assert.match(programClause({ ...stranger, imports: [] }), /imports nothing$/);
  assert.match(programClause({ ...stranger, imports: ['a.b', 'c.d'] }), /imports a\.b, c\.d$/);
  assert.match(
    programClause({ ...stranger, refused: 'it has floats' }),
    /no node would run it: it has floats$/,
  );
  assert.match(programClause({ cid: 'b', unread: 'it is silent' }), /was not read: it is silent$/);
});

test('which rows are read, what is left open, and what may come out are said in words', () => {
  const dataset = { id: '4', contentRoot: `0x${'1'.repeat(64)}`, rows: 'held-back' } as const;
  assert.equal(inputClause({ source: { dataset } }), 'your rows held back from training, of dataset 4');
  assert.match(inputClause({ source: { candidate: 'b' } }), /who asks names it with each use/);
  assert.match(
    outputClause({ name: 'x', class: 'table', maxBytes: 9 }),
    /^anything at all, as the program writes it/,
  );
});

test('a row is put at 8 bits a number and the logarithm of its words and one more', () => {
  const grid = { centre: 0, unit: 1 };
  const columns = [
    { name: 'age', type: 'number' as const, grid },
    { name: 'sex', type: 'category' as const, dictionary: ['a', 'b', 'c'] },
  ];
  assert.equal(rowBits({ columns }), 10);
  assert.match(bitsClause(230, 46), /as much as 230 yes\/no questions.*about 5 rows of 46 bits/);
  assert.match(bitsClause(46, 46), /about 1 row of/);
  assert.match(bitsClause(10, 46), /less than one row of 46 bits/);
  assert.doesNotMatch(bitsClause(10), /row of/);
});

test('caps are told with all uses of the request', () => {
  assert.deepEqual(
    capsOf(shown).map(({ charged, after, cap }) => [charged, after, cap]),
    [
      [10, 700, 100],
      [20, 710, 200],
      [30, 720, 300],
    ],
  );
});

test('a yes is to what was shown, and there is none where the statement says otherwise', () => {
  const { terms } = shown.request.message;
  assert.deepEqual(approvalOf(shown), { terms, bits: '230', uses: 3 });
  assert.equal(whyNoYes(shown), undefined);
  const opaque = { ...shown, bound: { bits: 230, opaqueBits: 33 } };
  assert.equal(approvalOf(opaque).confirmBits, 33);
  assert.deepEqual(yesPhrases(opaque), { grant: '230 bits', opaque: '33 bits unread' });
  assert.match(whyNoYes({ ...shown, status: 'revoked' })!, /is revoked/);
  assert.match(whyNoYes({ ...shown, refusals: [{ message: 'No.' }] })!, /No\./);
  assert.match(whyNoYes({ ...shown, bound: { bits: 231, opaqueBits: 0 } })!, /230 bits.*231/);
  assert.match(whyNoYes({ ...shown, bound: undefined })!, /No bound/);
});
