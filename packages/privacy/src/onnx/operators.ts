import { gateReasons, withholdUnless } from '../gate/reasons.ts';
import type { ModelFacts } from './modelFacts.ts';
import type { AttributeValue, GraphNode } from './modelFile.ts';

export const ML_DOMAIN = 'ai.onnx.ml';
/** Words that stand for a missing cell at a model's input. */
const MISSING_WORDS = ['', '?', 'NA'];
const POST_TRANSFORMS = ['NONE', 'LOGISTIC', 'SOFTMAX'];

/** How much a linear model over these columns can need of each kind of value; more is a place to hide rows. */
export interface Budget {
  classes: readonly string[];
  words: ReadonlySet<string>;
  largestCode: bigint;
  numbers: number;
  categories: number;
  /** Columns after one-hot encoding. */
  width: number;
  nodes: number;
}

export function budgetOf({ classes, features }: ModelFacts): Budget {
  const words = new Set(MISSING_WORDS);
  let numbers = 0;
  let width = 0;
  let largest = 0;
  for (const feature of features) {
    if (feature.type === 'number') {
      numbers++;
      width++;
      continue;
    }
    for (const word of feature.categories) words.add(word);
    width += Math.max(1, feature.categories.length);
    largest = Math.max(largest, feature.categories.length);
  }
  const categories = features.length - numbers;
  return {
    classes,
    words,
    largestCode: BigInt(largest),
    numbers,
    categories,
    width,
    nodes: 3 * categories + 8,
  };
}

/** How many values of each attribute the whole graph has used up. */
export type Spent = Map<string, number>;

type Check = (value: AttributeValue, budget: Budget) => boolean;

const oneOf =
  (...allowed: bigint[]): Check =>
  ({ kind, value }) =>
    kind === 'int' && allowed.includes(value);
const numbers: Check = ({ kind, value }) => kind === 'floats' && value.every(Number.isFinite);
const codes: Check = ({ kind, value }, budget) =>
  kind === 'ints' && value.every(code => isCode(code, budget));
const words: Check = ({ kind, value }, budget) =>
  kind === 'strings' && value.every(word => budget.words.has(word));

interface AttributeRule {
  check: Check;
  /** Most values in all nodes of the operator together. */
  most(budget: Budget): number;
}

const perNumber = (check: Check): AttributeRule => ({ check, most: ({ numbers }) => numbers });
const single = (check: Check): AttributeRule => ({ check, most: ({ nodes }) => nodes });
const keys = ({ width, categories }: Budget) => width + MISSING_WORDS.length * categories;

/** The operators that may leave, with each attribute's rule. Without these a linear tabular model cannot be written; with more, a model could hold rows. */
const OPERATORS: Record<string, { domain: string; attributes: Record<string, AttributeRule> }> = {
  Concat: { domain: '', attributes: { axis: single(oneOf(1n)) } },
  Flatten: { domain: '', attributes: { axis: single(oneOf(1n)) } },
  Imputer: {
    domain: ML_DOMAIN,
    attributes: {
      imputed_value_floats: perNumber(numbers),
      replaced_value_float: single(({ kind, value }) => kind === 'float' && Number.isNaN(value)),
    },
  },
  Scaler: { domain: ML_DOMAIN, attributes: { offset: perNumber(numbers), scale: perNumber(numbers) } },
  LabelEncoder: {
    domain: ML_DOMAIN,
    attributes: {
      keys_strings: { check: words, most: keys },
      values_int64s: { check: codes, most: keys },
      default_int64: single(({ kind, value }, budget) => kind === 'int' && isCode(value, budget)),
    },
  },
  OneHotEncoder: {
    domain: ML_DOMAIN,
    attributes: {
      cats_int64s: { check: codes, most: ({ width }) => width },
      cats_strings: { check: words, most: ({ width }) => width },
      zeros: single(oneOf(0n, 1n)),
    },
  },
  LinearClassifier: {
    domain: ML_DOMAIN,
    attributes: {
      coefficients: { check: numbers, most: ({ classes, width }) => classes.length * width },
      intercepts: { check: numbers, most: ({ classes }) => classes.length },
      classlabels_strings: {
        check: ({ kind, value }, { classes }) =>
          kind === 'strings' &&
          value.length === classes.length &&
          value.every((label, i) => label === classes[i]),
        most: ({ classes }) => classes.length,
      },
      post_transform: single(({ kind, value }) => kind === 'string' && POST_TRANSFORMS.includes(value)),
      multi_class: single(oneOf(0n, 1n)),
    },
  },
};

/** Holds a node against the list, and what it carries against what is left of the budget. */
export function checkNode(node: GraphNode, budget: Budget, spent: Spent): void {
  const rule = Object.hasOwn(OPERATORS, node.operator) ? OPERATORS[node.operator] : undefined;
  withholdUnless(rule !== undefined && rule.domain === node.domain, gateReasons.operatorNotAllowed);
  for (const [name, attribute] of node.attributes) {
    const allowed = Object.hasOwn(rule.attributes, name) ? rule.attributes[name] : undefined;
    withholdUnless(allowed !== undefined, gateReasons.operatorNotAllowed);
    if (attribute.kind === 'floats')
      withholdUnless(attribute.value.every(Number.isFinite), gateReasons.notFinite);
    withholdUnless(allowed.check(attribute, budget), gateReasons.operatorNotAllowed);
    const key = `${node.operator}.${name}`;
    const used = (spent.get(key) ?? 0) + (Array.isArray(attribute.value) ? attribute.value.length : 1);
    withholdUnless(used <= allowed.most(budget), gateReasons.tooManyValues);
    spent.set(key, used);
  }
}

function isCode(code: bigint, budget: Budget): boolean {
  return code >= -1n && code <= budget.largestCode;
}
