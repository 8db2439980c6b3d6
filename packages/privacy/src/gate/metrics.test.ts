import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { utf8 } from '@koinon/protocol';
import fc from 'fast-check';
import { evaluation, group, inputs, json, manifest, tableFile, training } from '../../test/samples.ts';
import { passMetrics } from './metrics.ts';
import { Withheld } from './reasons.ts';
import { hiddenParts } from './suppress.ts';
import { vocabularyOf } from './vocabulary.ts';

const vocabulary = vocabularyOf(manifest, inputs)!;
const rule = { minGroupRows: 10, vocabulary, checksNames: true };
const loose = { minGroupRows: 10, vocabulary: undefined, checksNames: false };
const pass = (value: unknown, by: Parameters<typeof passMetrics>[1] = rule) => {
  const { bytes, reasons } = passMetrics(value instanceof Uint8Array ? value : json(value), by);
  return { metrics: JSON.parse(utf8.decode(bytes)), reasons, text: utf8.decode(bytes) };
};
const withheld = (value: unknown, reason: string, by = rule as typeof rule | typeof loose) =>
  assert.throws(
    () => pass(value, by),
    (error: unknown) => error instanceof Withheld && error.reason === reason,
  );
const shownGroups = (value: unknown, by = loose) =>
  pass(value, by).metrics.groups.map(
    (found: { value: string; rows: number }) => `${found.value} ${found.rows}`,
  );

describe('metrics', () => {
  it('leave with rates to three decimals, losses to three digits, counts to the nearest five', () => {
    const { metrics, reasons } = pass({
      ...training,
      classes: [
        { label: 'no', rows: 24 },
        { label: 'yes', rows: 16 },
      ],
    });
    assert.deepEqual(metrics, {
      ...training,
      logLoss: 0.312,
      accuracy: 0.878,
      classes: [
        { label: 'no', rows: 25 },
        { label: 'yes', rows: 15 },
      ],
    });
    assert.deepEqual(reasons, ['rounded']);
  });

  it('carry nothing in long numbers: figures that differ beyond the third digit come out alike', () => {
    const rate = fc.double({ min: 0, max: 0.000_4, noNaN: true });
    fc.assert(
      fc.property(rate, rate, (a, b) => {
        const text = (hidden: number) =>
          pass({ ...training, accuracy: 0.877 + hidden, logLoss: 0.312 + hidden }).text;
        assert.equal(text(a), text(b));
      }),
    );
  });

  it('carry nothing in spelling: white space, order, escapes and repeated members come out alike', () => {
    const plain = pass(training).text;
    const members = Object.entries(training).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
    for (const text of [
      `  {${members.join(' ,\n\t')}}  `,
      `{${members.toReversed().join(',')}}`,
      `{"rows":39,${members.join(',')}}`,
      `{${members.join(',').replace('"rows"', '"\\u0072ows"')}}`,
      JSON.stringify({ ...training, classes: training.classes.toReversed() }),
      JSON.stringify(training).replace('40', '4.0e1'),
    ]) {
      assert.equal(pass(utf8.encode(text)).text, plain, text);
    }
  });

  it('are withheld for any member, type or value that the format does not have', () => {
    withheld({ ...training, note: 'patient 17 is ill' }, 'schema');
    withheld({ ...training, classes: [{ label: 'no', rows: 40, names: ['Ada'] }] }, 'schema');
    withheld({ ...training, kind: 'other' }, 'schema');
    withheld({ ...training, accuracy: 1.5 }, 'schema');
    withheld({ ...training, accuracy: '0.9' }, 'schema');
    withheld({ ...training, logLoss: -1 }, 'schema');
    withheld({ ...training, iterations: 123_456_789_012 }, 'schema');
    withheld({ ...training, iterations: 1.5 }, 'schema');
    withheld(utf8.encode('{"version":1'), 'schema');
    withheld(utf8.encode(JSON.stringify(training).replace('0.877777', '1e999')), 'schema');
    withheld(Uint8Array.of(0xff), 'schema');
    withheld(new Uint8Array(300_000).fill(32), 'size-cap');
  });

  it('let no word out that is not in the public dictionaries', () => {
    withheld(
      {
        ...training,
        classes: [
          { label: 'no', rows: 25 },
          { label: 'Ada Lovelace', rows: 15 },
        ],
      },
      'unknown-name',
    );
    withheld(evaluation(40, [group('sex', 'patient 17', 20)]), 'unknown-name');
    withheld(evaluation(40, [group('age', '30', 20)]), 'unknown-name');
    withheld(evaluation(40, [group('row 17', 'f', 20)]), 'unknown-name');
    withheld({ ...evaluation(40, []), classes: ['no', 'yes', 'maybe'] }, 'unknown-name');
    pass(evaluation(40, [group('sex', 'f', 20), group('sex', 'm', 20)]));
  });

  it('let no control character or endless word out even without dictionaries', () => {
    for (const label of ['', 'a\nb', 'a\u202eb', 'x'.repeat(201), '\ud800']) {
      withheld(utf8.encode(JSON.stringify({ ...training, classes: [{ label, rows: 40 }] })), 'schema', loose);
    }
  });

  it('name the classes of a numeric target only as the numbers it has', () => {
    const bytes = tableFile(40, [['y', Float32Array.from({ length: 40 }, (_, i) => i % 2)]]);
    const numeric = vocabularyOf(
      { ...manifest, params: { target: 'y' } },
      new Map([['table.safetensors', bytes]]),
    )!;
    const by = { ...rule, vocabulary: numeric };
    const classes = (...labels: string[]) => ({
      ...training,
      classes: labels.map(label => ({ label, rows: 20 })),
    });
    pass(classes('0', '1'), by);
    for (const label of ['2', '1.0', '01', '1e0', ' 1', '0x1', '']) {
      assert.throws(() => pass(classes('0', label), by), Withheld, label);
    }
  });

  it('are withheld when made from too few rows, or more than there are', () => {
    withheld({ ...training, rows: 9, classes: [] }, 'too-few-rows');
    withheld({ ...training, rows: 41, classes: [] }, 'inconsistent');
    withheld(
      {
        ...training,
        classes: [
          { label: 'no', rows: 30 },
          { label: 'yes', rows: 15 },
        ],
      },
      'inconsistent',
    );
    withheld({ ...evaluation(40, []), overall: { ...evaluation(39, []).overall } }, 'inconsistent');
    withheld(
      {
        ...training,
        classes: [
          { label: 'no', rows: 20 },
          { label: 'no', rows: 20 },
        ],
      },
      'schema',
    );
  });
});

describe('small groups', () => {
  it('leave neither by name nor by count', () => {
    const groups = [
      group('c', 'large', 80),
      group('c', 'small', 9),
      group('c', 'tiny', 3),
      group('c', 'none', 0),
    ];
    const { metrics, reasons, text } = pass(evaluation(92, groups), loose);
    assert.deepEqual(
      metrics.groups.map(({ value }: { value: string }) => value),
      ['large', '(suppressed)'],
    );
    assert.doesNotMatch(text, /small|tiny|none/);
    assert.ok(reasons.includes('suppressed-groups'));
  });

  it('cannot be had by subtraction: the smallest other group is taken out with a lone small one', () => {
    const groups = [group('c', 'a', 60), group('c', 'b', 31), group('c', 'x', 9)];
    assert.deepEqual(shownGroups(evaluation(100, groups)), ['a 60', '(suppressed) 40']);
  });

  it('cannot be had by subtraction when the program left them out itself', () => {
    assert.deepEqual(shownGroups(evaluation(100, [group('c', 'a', 60), group('c', 'b', 31)])), [
      'a 60',
      '(suppressed) 40',
    ]);
    assert.deepEqual(shownGroups(evaluation(100, [group('c', 'a', 95)])), ['(suppressed) 100']);
    assert.deepEqual(shownGroups(evaluation(100, [group('c', 'a', 60), group('c', '(suppressed)', 9)])), [
      'a 60',
      '(suppressed) 40',
    ]);
  });

  it('have no measures of their own or of what they were put together with', () => {
    const groups = [group('c', 'a', 60), group('c', '(suppressed)', 40, { accuracy: 0.123 })];
    const { metrics } = pass(evaluation(100, groups), loose);
    assert.deepEqual(metrics.groups[1], {
      column: 'c',
      value: '(suppressed)',
      rows: 40,
      accuracy: null,
      logLoss: null,
      rocAuc: null,
      expectedCalibrationError: null,
    });
  });

  it('are judged column by column', () => {
    const groups = [group('d', 'x', 50), group('d', 'y', 50), group('c', 'a', 97), group('c', 'b', 3)];
    assert.deepEqual(shownGroups(evaluation(100, groups)), ['(suppressed) 100', 'x 50', 'y 50']);
  });

  it('of a class take a second class with them', () => {
    const classes = [
      { label: 'a', rows: 60 },
      { label: 'b', rows: 32 },
      { label: 'c', rows: 8 },
    ];
    const { metrics } = pass({ ...training, rows: 100, classes }, loose);
    assert.deepEqual(metrics.classes, [{ label: 'a', rows: 60 }]);
  });

  it('are out of reach of anyone who adds and subtracts all that is shown', () => {
    const parts = fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.nat({ max: 15 }), fc.integer({ min: 2, max: 20 }), (sizes, unlisted, minRows) => {
        const total = sizes.reduce((sum, size) => sum + size, unlisted);
        const hidden = hiddenParts(
          sizes.map(rows => ({ rows })),
          total,
          minRows,
        );
        const shown = sizes.filter((_, i) => !hidden[i]);
        // Each shown count is safe by itself, and all that subtraction gives is the rest as a whole.
        for (const rows of shown) assert.ok(rows >= minRows);
        const rest = total - shown.reduce((sum, rows) => sum + rows, 0);
        assert.ok(rest === 0 || rest >= minRows || shown.length === 0);
        // Nothing is hidden without need.
        if (unlisted === 0 && sizes.every(rows => rows >= minRows)) assert.equal(shown.length, sizes.length);
      }),
      { numRuns: 2000 },
    );
  });
});
