import { MAX_CLASSES } from "../shared/labels";
import { ML_DOMAIN, ModelFile, ModelNode } from "../shared/onnxReader";
import { LinearModel } from "./linearModel";
import { Part, Tensor, TensorKind } from "./tensor";

/**
 * Follows the operators of a linear model in the order of the file, which ONNX has sorted. A tensor is made once and
 * taken once, so that the work is bounded by the size of the file and nothing in it is without a use.
 */
export class LinearGraph {
  private tensors: Map<string, Tensor> = new Map<string, Tensor>();
  private made: Set<string> = new Set<string>();
  private model: LinearModel | null = null;
  constructor(private file: ModelFile) {}

  add(name: string, tensor: Tensor): void {
    this.claim(name);
    this.tensors.set(name, tensor);
  }

  follow(node: ModelNode): void {
    const operator = node.operator;
    if (node.domain == (operator == "Concat" || operator == "Flatten" ? "" : ML_DOMAIN)) {
      if (operator == "Concat") return this.give(node, this.concat(node));
      if (operator == "Flatten") return this.give(node, this.flatten(node));
      if (operator == "Imputer") return this.give(node, this.impute(node));
      if (operator == "Scaler") return this.give(node, this.scale(node));
      if (operator == "LabelEncoder") return this.give(node, this.encode(node));
      if (operator == "OneHotEncoder") return this.give(node, this.spread(node));
      if (operator == "LinearClassifier") return this.classify(node);
    }
    this.file.refuse(`the operator "${operator}" of "${node.domain}" has no place in a linear model`);
  }

  finish(): LinearModel {
    const model = this.model;
    if (model === null) {
      this.file.refuse("it has no LinearClassifier");
      return unreachable();
    }
    if (this.tensors.size > 0) this.file.refuse(`nothing uses "${this.tensors.keys()[0]}"`);
    return model;
  }

  private concat(node: ModelNode): Tensor {
    const axis = node.integer("axis", 0);
    if (axis != 1 && axis != -1) this.file.refuse("Concat does not put columns side by side");
    if (node.inputs.length == 0) this.file.refuse("Concat has no inputs");
    const parts: Part[] = [];
    for (let i = 0; i < node.inputs.length; i++) {
      const own = this.take(node, i, TensorKind.Matrix).parts;
      for (let j = 0; j < own.length; j++) parts.push(own[j]);
    }
    return new Tensor(TensorKind.Matrix, parts);
  }

  private flatten(node: ModelNode): Tensor {
    const slots = this.only(node, TensorKind.Slots);
    if (node.integer("axis", 1) != 1) this.file.refuse("Flatten does not keep the rows");
    return new Tensor(TensorKind.Matrix, slots.parts);
  }

  private impute(node: ModelNode): Tensor {
    const matrix = this.numbers(node);
    const fills = node.floats("imputed_value_floats");
    if (!isNaN(node.float("replaced_value_float"))) this.file.refuse("its Imputer replaces something else than missing numbers");
    for (let i = 0; i < matrix.parts.length; i++) {
      const part = matrix.parts[i];
      if (!isNaN(part.fill) || part.isScaled) this.file.refuse(`"${part.column.name}" is imputed twice, or too late`);
      part.fill = this.valueFor(fills, i, matrix, "imputed_value_floats");
    }
    return matrix;
  }

  private scale(node: ModelNode): Tensor {
    const matrix = this.numbers(node);
    const offsets = node.floats("offset");
    const scales = node.floats("scale");
    for (let i = 0; i < matrix.parts.length; i++) {
      const part = matrix.parts[i];
      if (part.isScaled) this.file.refuse(`"${part.column.name}" is scaled twice`);
      part.offset = this.valueFor(offsets, i, matrix, "offset");
      part.scale = this.valueFor(scales, i, matrix, "scale");
      part.isScaled = true;
    }
    return matrix;
  }

  /** A missing cell is the empty word, as it is wherever else the model is run. */
  private encode(node: ModelNode): Tensor {
    const words = this.only(node, TensorKind.Words);
    const keys = node.texts("keys_strings");
    const values = node.integers("values_int64s");
    const absent = node.integer("default_int64", -1);
    if (keys.length != values.length) this.file.refuse(`LabelEncoder has ${keys.length} words and ${values.length} codes`);
    const codeOf = new Map<string, i64>();
    for (let i = 0; i < keys.length; i++) {
      if (codeOf.has(keys[i])) this.file.refuse(`LabelEncoder has the word "${keys[i]}" twice`);
      codeOf.set(keys[i], values[i]);
    }
    const codes = new Tensor(TensorKind.Codes, words.parts);
    const dictionary = words.parts[0].column.dictionary;
    for (let i = 0; i <= dictionary.length; i++) {
      const word = i < dictionary.length ? dictionary[i] : "";
      codes.codes.push(codeOf.has(word) ? codeOf.get(word) : absent);
    }
    return codes;
  }

  private spread(node: ModelNode): Tensor {
    const codes = this.only(node, TensorKind.Codes);
    const listed = node.integers("cats_int64s");
    if (node.integer("zeros", 1) != 1) this.file.refuse("OneHotEncoder refuses codes that it does not list");
    if (listed.length == 0) this.file.refuse("OneHotEncoder lists no code");
    const slotOf = new Map<i64, i32>();
    for (let i = 0; i < listed.length; i++) {
      if (slotOf.has(listed[i])) this.file.refuse(`OneHotEncoder lists the code ${listed[i]} twice`);
      slotOf.set(listed[i], i);
    }
    const part = codes.parts[0];
    for (let i = 0; i < codes.codes.length; i++) {
      part.slots.push(slotOf.has(codes.codes[i]) ? slotOf.get(codes.codes[i]) : -1);
    }
    part.width = listed.length;
    return new Tensor(TensorKind.Slots, codes.parts);
  }

  private classify(node: ModelNode): void {
    const matrix = this.only(node, TensorKind.Matrix);
    const classes = node.texts("classlabels_strings");
    const coefficients = node.floats("coefficients");
    const intercepts = node.floats("intercepts");
    if (node.text("post_transform") != "SOFTMAX") this.file.refuse("its LinearClassifier has no softmax");
    // Nothing depends on it where each class has its own row of coefficients.
    node.integer("multi_class", 0);
    node.finish();
    const known = new Set<string>();
    for (let k = 0; k < classes.length; k++) known.add(classes[k]);
    if (classes.length < 2 || classes.length > MAX_CLASSES || known.size != classes.length) {
      this.file.refuse(`it does not list 2 to ${MAX_CLASSES} distinct classes`);
    }
    if (intercepts.length != classes.length || <i64>coefficients.length != <i64>classes.length * matrix.width) {
      this.file.refuse(
        `${classes.length} classes over ${matrix.width} columns do not need ${coefficients.length} coefficients and ${intercepts.length} intercepts`,
      );
    }
    for (let i = 0; i < matrix.parts.length; i++) {
      const part = matrix.parts[i];
      if (part.column.isNumber && isNaN(part.fill)) this.file.refuse(`"${part.column.name}" is not imputed`);
    }
    if (node.outputs.length != 2 || node.outputs[0] != "label" || node.outputs[1] != "probabilities") {
      this.file.refuse('its LinearClassifier does not give "label" and "probabilities"');
    }
    this.claim("label");
    this.claim("probabilities");
    this.model = new LinearModel(classes, matrix.parts, coefficients, intercepts);
  }

  /** The node's one input, a matrix of numbers of the table. */
  private numbers(node: ModelNode): Tensor {
    const matrix = this.only(node, TensorKind.Matrix);
    for (let i = 0; i < matrix.parts.length; i++) {
      if (!matrix.parts[i].column.isNumber) this.file.refuse(`${node.operator} is given the category "${matrix.parts[i].column.name}"`);
    }
    return matrix;
  }

  /** One value for each column, or one for all. */
  private valueFor(values: f32[], index: i32, matrix: Tensor, name: string): f32 {
    if (values.length != 1 && values.length != matrix.width) {
      this.file.refuse(`"${name}" has ${values.length} values for ${matrix.width} columns`);
    }
    return values.length == 1 ? values[0] : values[index];
  }

  private only(node: ModelNode, kind: TensorKind): Tensor {
    if (node.inputs.length != 1) this.file.refuse(`${node.operator} has ${node.inputs.length} inputs`);
    return this.take(node, 0, kind);
  }

  private take(node: ModelNode, input: i32, kind: TensorKind): Tensor {
    const name = node.inputs[input];
    if (!this.tensors.has(name)) {
      this.file.refuse(`${node.operator} takes "${name}", which ${this.made.has(name) ? "is already used" : "nothing has made"}`);
    }
    const tensor = this.tensors.get(name);
    if (tensor.kind != kind) this.file.refuse(`${node.operator} cannot take "${name}"`);
    this.tensors.delete(name);
    return tensor;
  }

  private give(node: ModelNode, tensor: Tensor): void {
    node.finish();
    if (node.outputs.length != 1) this.file.refuse(`${node.operator} has ${node.outputs.length} outputs`);
    this.add(node.outputs[0], tensor);
  }

  private claim(name: string): void {
    if (name.length == 0 || this.made.has(name)) this.file.refuse(`"${name}" is made twice, or has no name`);
    this.made.add(name);
  }
}
