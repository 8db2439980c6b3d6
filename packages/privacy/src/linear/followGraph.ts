import { gateReasons, Withheld, withholdUnless } from '../gate/reasons.ts';
import type { GraphNode, ModelFile } from '../onnx/modelFile.ts';

/**
 * One column of a tensor, as what it means in terms of the table's cells. `number`: factor · cell + shift. `text`: the
 * word in the cell. `code`: a whole number for each word, and one for all others. `flag`: 1 where the cell's word has this
 * code, else 0.
 */
export type Meaning =
  | { kind: 'number'; column: string; factor: number; shift: number }
  | { kind: 'text'; column: string }
  | { kind: 'code'; column: string; codes: ReadonlyMap<string, bigint>; others: bigint }
  | { kind: 'flag'; column: string; codes: ReadonlyMap<string, bigint>; others: bigint; code: bigint };

/** The classifier at the end of the graph: scores = intercepts + coefficients · columns, then softmax. */
export interface Classifier {
  classes: readonly string[];
  /** By class, then by column. */
  coefficients: readonly number[];
  intercepts: readonly number[];
  columns: readonly Meaning[];
}

const ML = 'ai.onnx.ml';
/** Most columns all tensors of a graph may have together: four times what a file's coefficients could be over. */
const COLUMNS_MAX = 2 ** 20;

/** Follows the graph from the cells to its classifier. Throws `Withheld` where it is not a linear model over columns. */
export function followGraph({ nodes, inputs, outputs }: ModelFile): Classifier {
  const tensors = new Map<string, readonly Meaning[]>();
  let made = 0;
  const put = (name: string | undefined, columns: readonly Meaning[]): void => {
    withholdUnless(name !== undefined && name !== '' && !tensors.has(name), gateReasons.unknownClass);
    made += columns.length;
    withholdUnless(made <= COLUMNS_MAX, gateReasons.tooManyValues);
    tensors.set(name, columns);
  };
  for (const { name, element } of inputs) {
    put(name, [
      element === 'float'
        ? { kind: 'number', column: name, factor: 1, shift: 0 }
        : { kind: 'text', column: name },
    ]);
  }
  let found: Classifier | undefined;
  for (const node of nodes) {
    withholdUnless(found === undefined, gateReasons.unknownClass);
    const columns: Meaning[] = [];
    for (const name of node.inputs) {
      const tensor = tensors.get(name);
      withholdUnless(tensor !== undefined, gateReasons.unknownClass);
      withholdUnless(columns.length + tensor.length + made <= COLUMNS_MAX, gateReasons.tooManyValues);
      for (const column of tensor) columns.push(column);
    }
    if (node.operator === 'LinearClassifier') {
      withholdUnless(node.inputs.length === 1 && node.domain === ML, gateReasons.unknownClass);
      withholdUnless(node.outputs.length === 2, gateReasons.unknownClass);
      for (const [i, name] of node.outputs.entries())
        withholdUnless(outputs[i]?.name === name, gateReasons.unknownClass);
      found = classifierOf(node, columns);
      continue;
    }
    withholdUnless(node.outputs.length === 1, gateReasons.unknownClass);
    put(node.outputs[0], apply(node, columns));
  }
  withholdUnless(found !== undefined && outputs.length === 2, gateReasons.unknownClass);
  return found;
}

function apply(node: GraphNode, columns: readonly Meaning[]): readonly Meaning[] {
  const { operator, domain } = node;
  const isOne = node.inputs.length === 1;
  if (operator === 'Concat' && domain === '') {
    withholdUnless(integer(node, 'axis') === 1n, gateReasons.unknownClass);
    return columns;
  }
  withholdUnless(isOne, gateReasons.unknownClass);
  if (operator === 'Flatten' && domain === '') {
    withholdUnless((integer(node, 'axis') ?? 1n) === 1n, gateReasons.unknownClass);
    return columns;
  }
  withholdUnless(domain === ML, gateReasons.unknownClass);
  if (operator === 'Imputer') {
    // What fills a missing cell is no fact of the class: it counts as the column's centre.
    numbers(node, 'imputed_value_floats');
    for (const column of columns) withholdUnless(column.kind === 'number', gateReasons.unknownClass);
    return columns;
  }
  if (operator === 'Scaler') {
    const offsets = numbers(node, 'offset');
    const scales = numbers(node, 'scale');
    withholdUnless(
      [offsets, scales].every(list => list.length === 1 || list.length === columns.length),
      gateReasons.unknownClass,
    );
    return columns.map((column, i) => {
      withholdUnless(column.kind === 'number', gateReasons.unknownClass);
      const scale = scales[scales.length === 1 ? 0 : i]!;
      const offset = offsets[offsets.length === 1 ? 0 : i]!;
      return { ...column, factor: column.factor * scale, shift: (column.shift - offset) * scale };
    });
  }
  const [column] = columns;
  withholdUnless(column !== undefined && columns.length === 1, gateReasons.unknownClass);
  if (operator === 'LabelEncoder') {
    withholdUnless(column.kind === 'text', gateReasons.unknownClass);
    const keys = list(node, 'keys_strings', 'strings');
    const values = list(node, 'values_int64s', 'ints');
    withholdUnless(
      keys.length === values.length && new Set(keys).size === keys.length,
      gateReasons.unknownClass,
    );
    const codes = new Map(keys.map((key, i) => [key, values[i]!]));
    return [{ kind: 'code', column: column.column, codes, others: integer(node, 'default_int64') ?? -1n }];
  }
  if (operator === 'OneHotEncoder') {
    // An unknown code is a row of zeros; without "zeros" it would be an error, which no rebuilt model makes.
    if (column.kind === 'text') {
      const words = list(node, 'cats_strings', 'strings');
      withholdUnless(new Set(words).size === words.length, gateReasons.unknownClass);
      const codes = new Map(words.map((word, i) => [word, BigInt(i)]));
      return words.map((_, i) => ({
        kind: 'flag',
        column: column.column,
        codes,
        others: -1n,
        code: BigInt(i),
      }));
    }
    withholdUnless(column.kind === 'code', gateReasons.unknownClass);
    const codes = list(node, 'cats_int64s', 'ints');
    withholdUnless(new Set(codes).size === codes.length, gateReasons.unknownClass);
    return codes.map(code => ({ ...column, kind: 'flag', code }));
  }
  throw new Withheld(gateReasons.unknownClass);
}

function classifierOf(node: GraphNode, columns: readonly Meaning[]): Classifier {
  const transform = node.attributes.get('post_transform');
  withholdUnless(transform?.kind === 'string' && transform.value === 'SOFTMAX', gateReasons.unknownClass);
  const classes = list(node, 'classlabels_strings', 'strings');
  const coefficients = numbers(node, 'coefficients');
  const intercepts = node.attributes.has('intercepts') ? numbers(node, 'intercepts') : classes.map(() => 0);
  withholdUnless(
    classes.length >= 2 &&
      intercepts.length === classes.length &&
      coefficients.length === classes.length * columns.length,
    gateReasons.unknownClass,
  );
  for (const { kind } of columns)
    withholdUnless(kind === 'number' || kind === 'flag', gateReasons.unknownClass);
  return { classes, coefficients, intercepts, columns };
}

interface Lists {
  strings: string[];
  ints: bigint[];
  floats: number[];
}

function list<K extends keyof Lists>(node: GraphNode, name: string, kind: K): Lists[K] {
  const attribute = node.attributes.get(name);
  withholdUnless(attribute?.kind === kind, gateReasons.unknownClass);
  return attribute.value as unknown as Lists[K];
}

function numbers(node: GraphNode, name: string): number[] {
  const values = list(node, name, 'floats');
  withholdUnless(values.every(Number.isFinite), gateReasons.notFinite);
  return values;
}

function integer(node: GraphNode, name: string): bigint | undefined {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return undefined;
  withholdUnless(attribute.kind === 'int', gateReasons.unknownClass);
  return attribute.value;
}
