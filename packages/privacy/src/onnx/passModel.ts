import { canonicalJson, equalBytes } from '@koinon/protocol';
import { gateReasons, type Passed, withholdUnless } from '../gate/reasons.ts';
import { type ModelFacts, type NameRule, readFacts } from './modelFacts.ts';
import {
  type AttributeValue,
  type GraphNode,
  type ModelFile,
  readModel,
  type TensorInfo,
  writeModel,
} from './modelFile.ts';
import { budgetOf, checkNode, ML_DOMAIN, type Spent } from './operators.ts';

/** Largest model that is read, bytes; a linear one over 10,000 one-hot columns and 64 classes has 4 MiB. */
const MODEL_MAX_BYTES = 8 * 2 ** 20;
/** Versions of the format and of the operators that stock runtimes of today load. */
const IR_VERSIONS = { least: 3, most: 12 };
const OPSETS: Record<string, { least: number; most: number }> = {
  '': { least: 11, most: 24 },
  [ML_DOMAIN]: { least: 2, most: 5 },
};

/**
 * A model as it may leave: an ONNX file with listed operators and nothing a linear model over its own columns does
 * not need. It is read into a structure and written again, so that no spelling, order, name or padding is carried
 * over; the weights themselves pass unchanged.
 */
export function passModel(bytes: Uint8Array, rule: NameRule): Passed {
  withholdUnless(bytes.length <= MODEL_MAX_BYTES, gateReasons.sizeCap);
  const model = readModel(bytes);
  const facts = readFacts(model.facts, rule);
  checkVersions(model);
  checkFaces(model, facts);
  checkWiring(model);
  const budget = budgetOf(facts);
  withholdUnless(model.nodes.length <= budget.nodes, gateReasons.tooManyValues);
  const spent: Spent = new Map();
  for (const node of model.nodes) checkNode(node, budget, spent);
  const released = writeModel({
    ...model,
    opsets: [...model.opsets].sort((a, b) => (a.domain < b.domain ? -1 : 1)),
    nodes: renamed(model),
    facts: canonicalJson(facts),
  });
  return { bytes: released, reasons: equalBytes(released, bytes) ? [] : [gateReasons.canonicalForm] };
}

function checkVersions({ irVersion, opsets }: ModelFile): void {
  withholdUnless(irVersion >= IR_VERSIONS.least && irVersion <= IR_VERSIONS.most, gateReasons.schema);
  withholdUnless(new Set(opsets.map(({ domain }) => domain)).size === opsets.length, gateReasons.schema);
  for (const { domain, version } of opsets) {
    const known = Object.hasOwn(OPSETS, domain) ? OPSETS[domain] : undefined;
    withholdUnless(
      known !== undefined && version >= known.least && version <= known.most,
      gateReasons.schema,
    );
  }
}

/** Inputs are the features in their order, [N, 1]; outputs are `label` [N] and `probabilities` [N, classes]. */
function checkFaces({ inputs, outputs }: ModelFile, { features, classes }: ModelFacts): void {
  withholdUnless(inputs.length === features.length && outputs.length === 2, gateReasons.graph);
  for (const [i, feature] of features.entries()) {
    const element = feature.type === 'number' ? 'float' : 'string';
    withholdUnless(isTensor(inputs[i]!, feature.name, element, [undefined, 1]), gateReasons.graph);
    withholdUnless(feature.name !== 'label' && feature.name !== 'probabilities', gateReasons.graph);
  }
  withholdUnless(isTensor(outputs[0]!, 'label', 'string', [undefined]), gateReasons.graph);
  withholdUnless(
    isTensor(outputs[1]!, 'probabilities', 'float', [undefined, classes.length]),
    gateReasons.graph,
  );
}

function isTensor(
  info: TensorInfo,
  name: string,
  element: string,
  shape: readonly (number | undefined)[],
): boolean {
  return (
    info.name === name &&
    info.element === element &&
    info.shape.length === shape.length &&
    info.shape.every((size, i) => size === shape[i])
  );
}

/** Each tensor is made once, before it is used; each node's work reaches an output. */
function checkWiring({ nodes, inputs, outputs }: ModelFile): void {
  const made = new Set(inputs.map(({ name }) => name));
  const used = new Set(outputs.map(({ name }) => name));
  for (const node of nodes) {
    withholdUnless(node.inputs.length > 0 && node.outputs.length > 0, gateReasons.graph);
    for (const name of node.inputs) {
      withholdUnless(made.has(name), gateReasons.graph);
      used.add(name);
    }
    for (const name of node.outputs) {
      withholdUnless(name !== '' && !made.has(name), gateReasons.graph);
      made.add(name);
    }
  }
  for (const { name } of outputs) withholdUnless(made.has(name), gateReasons.graph);
  // An acyclic graph whose every tensor is used or put out has no dead part.
  for (const node of nodes)
    for (const name of node.outputs) withholdUnless(used.has(name), gateReasons.graph);
}

/** Inner tensors get numbers for names, under a prefix that no feature has; NaNs get their one canonical form. */
function renamed({ nodes, inputs, outputs }: ModelFile): GraphNode[] {
  let prefix = 'koinon/';
  while (inputs.some(({ name }) => name.startsWith(prefix))) prefix += '/';
  const names = new Map([...inputs, ...outputs].map(({ name }) => [name, name]));
  let next = 0;
  for (const name of nodes.flatMap(node => node.outputs)) {
    if (!names.has(name)) names.set(name, `${prefix}${next++}`);
  }
  return nodes.map(node => ({
    ...node,
    inputs: node.inputs.map(name => names.get(name)!),
    outputs: node.outputs.map(name => names.get(name)!),
    attributes: new Map([...node.attributes].map(([name, value]) => [name, withoutPayload(value)])),
  }));
}

function withoutPayload(attribute: AttributeValue): AttributeValue {
  return attribute.kind === 'float' && Number.isNaN(attribute.value)
    ? { kind: 'float', value: Number.NaN }
    : attribute;
}
