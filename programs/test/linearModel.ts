import type { TestModel, TestNode } from './onnxWriter.ts';

/** A linear model as a writer may lay it out: which tensors are joined where is free, what is computed is not. */
export interface LinearFacts {
  target: string;
  classes: string[];
  numbers: { name: string; fill: number; offset: number; scale: number }[];
  categories: { name: string; words: string[]; unknown: number }[];
  /** One row per class, the intercept first. */
  weights: number[][];
}

export interface Layout {
  /** Numbers go through an Imputer and a Scaler of their own each, instead of one for all. */
  apart: boolean;
  packed: boolean;
  /** Categories stand before numbers. */
  categoriesFirst: boolean;
}

export const plainLayout: Layout = { apart: false, packed: false, categoriesFirst: false };

export function linearModel(facts: LinearFacts, layout: Layout = plainLayout): TestModel {
  const { target, classes, numbers, categories, weights } = facts;
  const { packed, apart, categoriesFirst } = layout;
  const nodes: TestNode[] = [];
  const numberParts = (apart ? numbers.map(number => [number]) : numbers.length > 0 ? [numbers] : []).map(
    (run, i) => {
      const last = `inner/scaled ${i}`;
      nodes.push(
        {
          operator: 'Concat',
          domain: '',
          inputs: run.map(({ name }) => name),
          outputs: [`inner/n${i}`],
          attributes: { axis: { int: 1 } },
        },
        {
          operator: 'Imputer',
          inputs: [`inner/n${i}`],
          outputs: [`inner/i${i}`],
          attributes: {
            replaced_value_float: { float: NaN },
            imputed_value_floats: { floats: run.map(({ fill }) => fill), packed },
          },
        },
        {
          operator: 'Scaler',
          inputs: [`inner/i${i}`],
          outputs: [last],
          attributes: {
            scale: { floats: run.map(({ scale }) => scale), packed },
            offset: { floats: run.map(({ offset }) => offset), packed },
          },
        },
      );
      return last;
    },
  );
  const wordParts = categories.map(({ name, words, unknown }, i) => {
    const codes = words.map((_, code) => code);
    nodes.push(
      {
        operator: 'LabelEncoder',
        inputs: [name],
        outputs: [`inner/c${i}`],
        attributes: {
          values_int64s: { ints: [...codes, -1, -1, -1], packed },
          keys_strings: { texts: [...words, '', '?', 'NA'] },
          default_int64: { int: unknown },
        },
      },
      {
        operator: 'OneHotEncoder',
        inputs: [`inner/c${i}`],
        outputs: [`inner/o${i}`],
        attributes: { zeros: { int: 1 }, cats_int64s: { ints: codes, packed } },
      },
      {
        operator: 'Flatten',
        domain: '',
        inputs: [`inner/o${i}`],
        outputs: [`inner/f${i}`],
        attributes: { axis: { int: 1 } },
      },
    );
    return `inner/f${i}`;
  });
  const parts = categoriesFirst ? [...wordParts, ...numberParts] : [...numberParts, ...wordParts];
  const reordered = weights.map(([, ...own]) => {
    const [front, back] = [own.slice(0, numbers.length), own.slice(numbers.length)];
    return categoriesFirst ? [...back, ...front] : [...front, ...back];
  });
  nodes.push(
    {
      operator: 'Concat',
      domain: '',
      inputs: parts,
      outputs: ['inner/all'],
      attributes: { axis: { int: 1 } },
    },
    {
      operator: 'LinearClassifier',
      inputs: ['inner/all'],
      outputs: ['label', 'probabilities'],
      attributes: {
        post_transform: { text: 'SOFTMAX' },
        coefficients: { floats: reordered.flat(), packed },
        intercepts: { floats: weights.map(([intercept]) => intercept!), packed },
        classlabels_strings: { texts: classes },
        multi_class: { int: 1 },
      },
    },
  );
  const inputs = [
    ...categories.map(({ name }) => ({ name, type: 'category' as const, columns: 1 })),
    ...numbers.map(({ name }) => ({ name, type: 'number' as const, columns: 1 })),
  ];
  const features = [
    ...numbers.map(({ name }) => ({ name, type: 'number' })),
    ...categories.map(({ name, words }) => ({ name, type: 'category', categories: words })),
  ];
  return {
    nodes,
    inputs,
    outputs: [
      { name: 'label', type: 'category' },
      { name: 'probabilities', type: 'number', columns: classes.length },
    ],
    facts: { version: 1, target, classes, features, rows: 100 },
  };
}
