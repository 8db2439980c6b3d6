import type { Setting } from '../src/gate/setting.ts';
import { INTERCEPT_MAX, type LinearFacts, stepsOf, WEIGHT_MAX } from '../src/linear/linearFacts.ts';
import { encode, type Item, type Message, PLAIN, repeated, type Spelling } from './wire.ts';

const ML = 'ai.onnx.ml';

export type AttributeSample =
  | { float: number }
  | { int: bigint }
  | { text: string }
  | { floats: readonly number[] }
  | { ints: readonly bigint[] }
  | { texts: readonly string[] };

export interface NodeSample {
  operator: string;
  domain?: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Record<string, AttributeSample>;
  /** Whatever else stands in the node. */
  extra?: readonly Item[];
}

/** A model file as a program may write it. */
export interface ModelSample {
  nodes: readonly NodeSample[];
  inputs: readonly (readonly [name: string, isNumber: boolean])[];
  outputs?: readonly [string, string];
  classes?: number;
  extraGraph?: readonly Item[];
  extraModel?: readonly Item[];
  spelling?: Spelling;
}

export function modelBytes(sample: ModelSample): Uint8Array {
  const { spelling = PLAIN, outputs = ['label', 'probabilities'], classes = 2 } = sample;
  const graph: Message = [
    ...sample.nodes.map((node): Item => [1, nodeMessage(node, spelling)]),
    ...sample.inputs.map(([name, isNumber]): Item => [11, tensorInfo(name, isNumber ? 1n : 8n, 1)]),
    [12, tensorInfo(outputs[0], 8n, 0)],
    [12, tensorInfo(outputs[1], 1n, classes)],
    ...(sample.extraGraph ?? []),
  ];
  const opset = (domain: string, version: bigint): Item => [
    8,
    [
      [1, domain],
      [2, version],
    ],
  ];
  return encode([[7, graph], opset('', 13n), opset(ML, 3n), ...(sample.extraModel ?? [])], spelling);
}

function nodeMessage(node: NodeSample, spelling: Spelling): Message {
  const attributes = Object.entries(node.attributes).map(
    ([name, value]): Item => [5, attributeMessage(name, value, spelling)],
  );
  for (let i = attributes.length - 1; i > 0; i--) {
    const j = i - spelling.pick(i + 1);
    [attributes[i], attributes[j]] = [attributes[j]!, attributes[i]!];
  }
  return [
    ...node.inputs.map((name): Item => [1, name]),
    ...node.outputs.map((name): Item => [2, name]),
    [4, node.operator],
    ...attributes,
    ...(node.domain === undefined ? [] : [[7, node.domain] satisfies Item]),
    ...(node.extra ?? []),
  ];
}

function attributeMessage(name: string, value: AttributeSample, spelling: Spelling): Message {
  const as = (type: bigint, items: readonly Item[]): Message => [[1, name], ...items, [20, type]];
  if ('float' in value) return as(1n, [[2, { float: value.float }]]);
  if ('int' in value) return as(2n, [[3, value.int]]);
  if ('text' in value) return as(3n, [[4, value.text]]);
  if ('floats' in value) return as(6n, repeated(7, value.floats, true, spelling));
  if ('ints' in value) return as(7n, repeated(8, value.ints, false, spelling));
  return as(
    8n,
    value.texts.map((text): Item => [9, text]),
  );
}

function tensorInfo(name: string, element: bigint, columns: number): Message {
  const shape: Message = [
    [1, [[2, 'N']]],
    ...(columns > 0 ? [[1, [[1, BigInt(columns)]]] satisfies Item] : []),
  ];
  return [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, element],
            [2, shape],
          ],
        ],
      ],
    ],
  ];
}

/** Scores by class, then by slot with the intercept first; those of facts, or of a model off the grid. */
export type ScoreTable = readonly (readonly number[])[];

export function scoresOfFacts({ exponent, intercepts, weights }: LinearFacts, setting: Setting): ScoreTable {
  const steps = stepsOf(setting.policy.weightBits);
  const value = (level: number, most: number) => (level * most * 2 ** exponent) / steps;
  const rows = weights.map((levels, k) => [
    value(intercepts[k]!, INTERCEPT_MAX),
    ...levels.map(level => value(level, WEIGHT_MAX)),
  ]);
  return [rows[0]!.map(() => 0), ...rows];
}

/**
 * A model of these scores in one of very many layouts: columns in any order, more than once with their weight shared out,
 * scaled by anything or nothing, words under any code, classes in any order, joined in any tree, spelled in any way, with whatever
 * means nothing beside it. With `PLAIN` it is the plainest.
 */
export function modelSample(scores: ScoreTable, setting: Setting, spelling: Spelling = PLAIN): ModelSample {
  const { pick } = spelling;
  const { features, target } = setting;
  const classes = scores.length;
  const nodes: NodeSample[] = [];
  const pieces: Piece[] = [];
  const used = new Set<string>();
  const intercepts = scores.map(row => row[0]!);
  let count = 0;
  const name = () => (pick(3) === 2 ? `${'x'.repeat(pick(9))}☃${count++}` : `t${count++}`);
  const say = (): Item[] =>
    pick(3) === 2
      ? [
          [6, `row ${pick(1_000)}`],
          [3, `cell ${pick(1_000)}`],
        ]
      : [];
  const add = (node: Omit<NodeSample, 'outputs' | 'extra'>): string => {
    const output = name();
    nodes.push({ ...node, outputs: [output], extra: say() });
    return output;
  };
  let slot = 1;
  const numbers: NumberCopy[] = [];
  for (const column of features) {
    const width = column.type === 'number' ? 1 : column.dictionary.length;
    const own = scores.map(row => row.slice(slot, slot + width));
    slot += width;
    if (pick(2) === 1 && own.flat().every(weight => weight === 0)) continue;
    // A softmax sees differences only: the same on top for every class is nothing.
    const shift = pick(4) / 4;
    const parts = sharedOut(
      own.map(weights => weights.map(weight => weight + shift)),
      1 + pick(3),
      pick,
    );
    used.add(column.name);
    for (const weights of parts) {
      if (column.type === 'number') {
        numbers.push({ name: column.name, ...column.grid, weights: weights.map(each => each[0]!) });
      } else pieces.push(wordPiece(column.name, column.dictionary, weights));
    }
  }
  while (numbers.length > 0) pieces.push(numberPiece(numbers.splice(0, pick(2) === 0 ? numbers.length : 1)));
  mix(pieces, pick);
  if (pick(3) === 2) add({ operator: 'Flatten', inputs: [features[0]!.name], attributes: {} });
  while (pieces.length > 1 && pick(2) === 1) {
    const [first, second, ...rest] = pieces;
    pieces.splice(0, pieces.length, ...rest, joined([first!, second!]));
  }
  const all = joined(pieces);
  const order = scores.map((_, k) => k);
  mix(order, pick);
  const outputs = [name(), name()] as const;
  nodes.push({
    operator: 'LinearClassifier',
    domain: ML,
    inputs: [all.tensor],
    outputs,
    attributes: {
      coefficients: { floats: order.flatMap(k => all.columns.map(column => column[k]!)) },
      intercepts: { floats: order.map(k => intercepts[k]! + 0.5) },
      classlabels_strings: { texts: order.map(k => target.dictionary[k]!) },
      post_transform: { text: 'SOFTMAX' },
      ...(pick(2) === 1 ? { multi_class: { int: 1n } } : {}),
    },
    extra: say(),
  });
  const inputs = features
    .filter(column => used.has(column.name) || pick(2) === 0 || column === features[0])
    .map(column => [column.name, column.type === 'number'] as const);
  mix(inputs, pick);
  return {
    nodes,
    inputs,
    outputs,
    classes,
    spelling,
    extraGraph: [
      [2, name()],
      ...(pick(2) === 1
        ? ([
            [10, 'doc'],
            [13, 'not even a message'],
          ] satisfies Item[])
        : []),
    ],
    extraModel: [
      [1, BigInt(8 + pick(3))],
      [2, name()],
      [3, name()],
      [5, BigInt(pick(100))],
      [14, name()],
      ...(pick(2) === 1
        ? ([
            [6, 'doc'],
            [14, name()],
          ] satisfies Item[])
        : []),
    ],
  };

  function numberPiece(copies: NumberCopy[]): Piece {
    const tensor =
      copies.length === 1 && pick(2) === 1
        ? copies[0]!.name
        : add({
            operator: 'Concat',
            inputs: copies.map(copy => copy.name),
            attributes: { axis: { int: 1n } },
          });
    const isScaled = pick(3) < 2;
    const scales = copies.map(() => (isScaled ? 2 ** (pick(5) - 2) : 1));
    const offsets = copies.map(({ centre, unit }) => (isScaled ? centre + unit * (pick(5) - 2) : 0));
    let last = tensor;
    if (pick(2) === 0) {
      last = add({
        operator: 'Imputer',
        domain: ML,
        inputs: [last],
        attributes: {
          imputed_value_floats: { floats: copies.map(() => pick(100)) },
          replaced_value_float: { float: Number.NaN },
        },
      });
    }
    if (isScaled) {
      last = add({
        operator: 'Scaler',
        domain: ML,
        inputs: [last],
        attributes: { offset: { floats: offsets }, scale: { floats: scales } },
      });
    }
    const columns = copies.map(({ centre, unit, weights }, i) =>
      weights.map((weight, k) => {
        const coefficient = weight / (scales[i]! * unit);
        intercepts[k]! -= coefficient * scales[i]! * (centre - offsets[i]!);
        return coefficient;
      }),
    );
    return { tensor: last, columns };
  }

  function wordPiece(column: string, dictionary: readonly string[], weights: number[][]): Piece {
    const order = dictionary.map((_, i) => i);
    mix(order, pick);
    let last: string;
    if (pick(3) === 2) {
      last = add({
        operator: 'OneHotEncoder',
        domain: ML,
        inputs: [column],
        attributes: { cats_strings: { texts: order.map(i => dictionary[i]!) }, zeros: { int: 1n } },
      });
    } else {
      const codes = dictionary.map((_, i) => BigInt(3 * i - 1));
      mix(codes, pick);
      // The last word may be left to "whatever else".
      const told = order.slice(0, order.length - pick(2));
      const rest = order.length > told.length ? codes[order.at(-1)!]! : -7n;
      const code = add({
        operator: 'LabelEncoder',
        domain: ML,
        inputs: [column],
        attributes: {
          keys_strings: { texts: told.map(i => dictionary[i]!) },
          values_int64s: { ints: told.map(i => codes[i]!) },
          default_int64: { int: rest },
        },
      });
      last = add({
        operator: 'OneHotEncoder',
        domain: ML,
        inputs: [code],
        attributes: { cats_int64s: { ints: order.map(i => codes[i]!) }, zeros: { int: 1n } },
      });
    }
    last = add({ operator: 'Flatten', inputs: [last], attributes: { axis: { int: 1n } } });
    return { tensor: last, columns: order.map(i => weights.map(each => each[i]!)) };
  }

  function joined(parts: readonly Piece[]): Piece {
    const tensor = add({
      operator: 'Concat',
      inputs: parts.map(part => part.tensor),
      attributes: { axis: { int: 1n } },
    });
    return { tensor, columns: parts.flatMap(part => part.columns) };
  }
}

/** A tensor, and for each of its columns the coefficient by class. */
interface Piece {
  tensor: string;
  columns: number[][];
}

interface NumberCopy {
  name: string;
  centre: number;
  unit: number;
  /** By class. */
  weights: number[];
}

/** The same weights, by class and word, in so many parts that add up to them. */
function sharedOut(weights: number[][], parts: number, pick: Spelling['pick']): number[][][] {
  const rest = weights.map(each => [...each]);
  const shared: number[][][] = [];
  for (let part = 1; part < parts; part++) {
    const share = [0.5, 0.25, -1][pick(3)]!;
    shared.push(
      rest.map(each =>
        each.map((weight, i) => {
          each[i]! -= weight * share;
          return weight * share;
        }),
      ),
    );
  }
  return [...shared, rest];
}

function mix(items: unknown[], pick: Spelling['pick']): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = i - pick(i + 1);
    [items[i], items[j]] = [items[j], items[i]];
  }
}
