import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { age, byteCount, koin, parseKoin } from './amounts.ts';
import { createProgress } from './progress.ts';
import { stepLine } from './stepLine.ts';
import { styleFor } from './style.ts';
import { printable, table } from './table.ts';

const plain = styleFor({}, {});
const ESC = '\u001b';

test('an amount of KOIN that is written reads back as it was', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 33n - 1n }), amount => {
      assert.equal(parseKoin(koin(amount)), amount);
    }),
  );
  assert.equal(koin('100000000000000000'), '0.1');
  assert.equal(koin(0n), '0');
  for (const text of ['', '-1', '1e3', '.5', '1.', '0x1', '1,5', '1.0000000000000000001', ' 1']) {
    assert.throws(() => parseKoin(text), { code: 'K_USAGE' }, text);
  }
});

test('sizes and ages are told in the unit that fits', () => {
  assert.deepEqual([1023, 1024, 1536, 2 ** 20].map(byteCount), ['1023 B', '1.0 KiB', '1.5 KiB', '1.0 MiB']);
  assert.deepEqual([-5, 59_000, 60_000, 7_200_000, 200_000_000].map(age), [
    '0 s',
    '59 s',
    '1 min',
    '2 h',
    '2 d',
  ]);
});

test('colour is for terminals that want it', () => {
  assert.match(styleFor({ isTTY: true }, {}).red('x'), /\[31m/);
  for (const [stream, environment] of [
    [{ isTTY: true }, { NO_COLOR: '1' }],
    [{ isTTY: true }, { TERM: 'dumb' }],
    [{}, {}],
  ] as const) {
    assert.equal(styleFor(stream, environment).red('x'), 'x');
  }
});

test('no text of a stranger leaves a control character behind', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test('columns of numbers stand to the right, words to the left', () => {
  const text = table(
    ['ID', 'NAME'],
    [
      ['1', 'a'],
      ['12', 'long name'],
    ],
    plain,
  );
  assert.equal(text, 'ID  NAME\n 1  a\n12  long name');
});

test('evidence stands beside its step where there is room, below where there is none', () => {
  const line = { elapsedMs: 1_234, mark: '✓', title: 'done', evidence: ['tx 0x1', 'block 2'] };
  assert.equal(stepLine(line, plain, { columns: 80 }), '  1.2 s  ✓ done  tx 0x1 · block 2');
  assert.equal(stepLine(line, plain, { columns: 20 }), '  1.2 s  ✓ done\n           tx 0x1 · block 2');
});

test('progress moves on a terminal, is silent elsewhere, and lines that stay go to both', () => {
  const at = (isTTY: boolean, json = false) => {
    let written = '';
    const stderr = { isTTY, write: (text: string) => (written += text) };
    const progress = createProgress({ stderr, environment: {}, json });
    progress.doing('working');
    progress.line('a note');
    progress.stop();
    return written;
  };
  assert.equal(at(false), 'a note\n');
  assert.equal(at(false, true), '');
  assert.ok(at(true).includes(`${ESC}[2K`) && at(true).includes('working'));
});
