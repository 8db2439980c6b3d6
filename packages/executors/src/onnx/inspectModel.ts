import { KoinonError } from '@koinon/protocol';
import { z } from 'zod';
import { MODEL_LIMITS } from './limits.ts';
import { isOperatorAllowed } from './operators.ts';
import { type Field, fieldsOf, ProtobufError } from './protobuf.ts';

const text = z.string().min(1).max(256);
/** "koinon.model" in the metadata of a model: what it takes and what it says. */
export const modelDescriptionSchema = z.strictObject({
  version: z.literal(1),
  target: text,
  classes: z.array(text).min(1).max(MODEL_LIMITS.classes),
  features: z
    .array(
      z.strictObject({
        name: text,
        type: z.enum(['number', 'category']),
        categories: z.array(z.string().max(256)).max(65_536).optional(),
      }),
    )
    .min(1)
    .max(MODEL_LIMITS.features),
  /** Rows it was trained on. */
  rows: z.number().int().nonnegative(),
});
export type ModelDescription = z.infer<typeof modelDescriptionSchema>;

/**
 * Reads an ONNX file far enough to know that it is within the profile, before the runtime touches it, and returns
 * its description. Field numbers are those of `onnx.proto` (ONNX 1.18). Throws `K_MODEL_REFUSED` with the reason.
 */
export function inspectModel(model: Uint8Array): ModelDescription {
  if (model.length > MODEL_LIMITS.bytes) throw modelRefused(`it is larger than ${MODEL_LIMITS.bytes} bytes`);
  // The runtime takes such a file for its own format, whatever else it looks like.
  if (latin(model.subarray(4, 8)) === 'ORTM') throw modelRefused('it is not in the ONNX format');
  try {
    return inspect(model);
  } catch (error) {
    if (error instanceof ProtobufError) throw modelRefused(`it is not an ONNX file (${error.message})`);
    throw error;
  }
}

function inspect(model: Uint8Array): ModelDescription {
  const count = { operators: 0, initializers: 0 };
  let graphs = 0;
  let description: string | undefined;
  for (const field of fieldsOf(model)) {
    if (field.number === 7) {
      graphs++;
      inspectGraph(nested(field), count);
    } else if (field.number === 14) {
      const [key, value] = entry(nested(field));
      if (key !== 'koinon.model') continue;
      if (description !== undefined) throw modelRefused('it is described twice');
      description = value;
    } else if (field.number === 20) throw modelRefused('it carries training information');
    else if (field.number === 25) throw modelRefused('it defines functions of its own');
  }
  if (graphs !== 1) throw modelRefused(`it has ${graphs} graphs`);
  return parseDescription(description);
}

function inspectGraph(graph: Uint8Array, count: { operators: number; initializers: number }): void {
  for (const field of fieldsOf(graph)) {
    if (field.number === 1) {
      if (++count.operators > MODEL_LIMITS.operators)
        throw modelRefused(`it has more than ${MODEL_LIMITS.operators} operators`);
      inspectNode(nested(field));
    } else if (field.number === 5) {
      if (++count.initializers > MODEL_LIMITS.initializers)
        throw modelRefused(`it has more than ${MODEL_LIMITS.initializers} initializers`);
      inspectTensor(nested(field));
    } else if (field.number === 15) throw modelRefused('it has sparse initializers');
  }
}

function inspectNode(node: Uint8Array): void {
  let operator = '';
  let domain = '';
  for (const field of fieldsOf(node)) {
    if (field.number === 4) operator = latin(nested(field));
    else if (field.number === 7) domain = latin(nested(field));
    else if (field.number === 5) inspectAttribute(nested(field));
  }
  if (!isOperatorAllowed(domain, operator)) {
    const name = `${domain === '' ? '' : `${domain}.`}${operator}`.replace(/[^\w.-]/g, '?').slice(0, 80);
    throw modelRefused(`operator ${name} is not in the profile`);
  }
}

function inspectAttribute(attribute: Uint8Array): void {
  for (const field of fieldsOf(attribute)) {
    if (field.number === 5 || field.number === 10) inspectTensor(nested(field));
    else if (field.number === 6 || field.number === 11) throw modelRefused('an operator contains a graph');
    else if (field.number === 22 || field.number === 23)
      throw modelRefused('an operator contains a sparse tensor');
  }
}

function inspectTensor(tensor: Uint8Array): void {
  for (const field of fieldsOf(tensor)) {
    if (field.number === 13 || (field.number === 14 && field.value !== 0))
      throw modelRefused('its weights lie in another file');
  }
}

function entry(message: Uint8Array): [key: string, value: string] {
  let key = '';
  let value = '';
  for (const field of fieldsOf(message)) {
    if (field.number === 1) key = latin(nested(field));
    if (field.number === 2) value = new TextDecoder().decode(nested(field));
  }
  return [key, value];
}

function parseDescription(json: string | undefined): ModelDescription {
  if (json === undefined) throw modelRefused('its metadata has no "koinon.model"');
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw modelRefused('its "koinon.model" is not JSON');
  }
  const parsed = modelDescriptionSchema.safeParse(value);
  if (!parsed.success)
    throw modelRefused(`its "koinon.model" is not as described (${z.prettifyError(parsed.error)})`);
  const names = parsed.data.features.map(feature => feature.name);
  if (new Set(names).size !== names.length) throw modelRefused('two features have one name');
  if (new Set(parsed.data.classes).size !== parsed.data.classes.length)
    throw modelRefused('two classes have one name');
  return parsed.data;
}

/** A field that must be length-delimited: what we skip for its wire type, the runtime might not. */
function nested(field: Field): Uint8Array {
  if (field.wire !== 2) throw new ProtobufError(`field ${field.number} has wire type ${field.wire}`);
  return field.bytes;
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 256));
}

/** The error for a model outside the profile. */
export function modelRefused(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_MODEL_REFUSED',
    message: `The model was refused: ${reason}.`,
    fault: 'user',
    data: { reason },
    next: 'Export it for the profile koinon-onnx-1 (docs/sandbox.md lists what it allows).',
  });
}
