import { canonicalJson, KoinonError } from '@koinon/protocol';
import { z } from 'zod';
import { CLASSES_MAX, TABLE_LIMITS, WORD_MAX_LENGTH } from './limits.ts';
import { bad, decodeSafetensors, encodeSafetensors } from './safetensors.ts';

/** What a model said about each row. */
export interface Predictions {
  rows: number;
  classes: string[];
  /** [rows, classes], row by row, each 0 to 1. */
  probabilities: Float32Array;
  /** Index into `classes` of each row's answer. */
  label: Int32Array;
}

const METADATA_KEY = 'koinon.predictions';
const metadataSchema = z.strictObject({
  version: z.literal(1),
  classes: z.array(z.string().min(1).max(WORD_MAX_LENGTH)).min(1).max(CLASSES_MAX),
});

/** The bytes of `predictions.safetensors`. Throws `K_BAD_PREDICTIONS` when shapes or ranges do not fit. */
export function encodePredictions(predictions: Predictions): Uint8Array {
  const { rows, classes, probabilities, label } = predictions;
  const fault = faultOf(predictions);
  if (fault !== undefined) {
    throw new KoinonError({
      code: 'K_BAD_PREDICTIONS',
      message: `The predictions are not valid: ${fault}.`,
      fault: 'peer',
    });
  }
  return encodeSafetensors({
    tensors: new Map([
      ['probabilities', { dtype: 'F32', shape: [rows, classes.length], values: probabilities }],
      ['label', { dtype: 'I32', shape: [rows], values: label }],
    ]),
    metadata: new Map([[METADATA_KEY, canonicalJson({ version: 1, classes })]]),
  });
}

/** Reads predictions strictly. Throws `K_BAD_TENSORS`. */
export function decodePredictions(bytes: Uint8Array): Predictions {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const text = metadata.get(METADATA_KEY);
  if (text === undefined || metadata.size !== 1) throw bad('its metadata is not that of predictions');
  const probabilities = tensors.get('probabilities');
  const label = tensors.get('label');
  if (probabilities?.dtype !== 'F32' || label?.dtype !== 'I32' || tensors.size !== 2) {
    throw bad('its tensors are not probabilities and label');
  }
  const { classes } = parseMetadata(text);
  const rows = label.values.length;
  const [first, second] = probabilities.shape;
  if (label.shape.length !== 1 || first !== rows || second !== classes.length)
    throw bad('its shapes do not agree');
  const predictions = { rows, classes, probabilities: probabilities.values, label: label.values };
  const fault = faultOf(predictions);
  if (fault !== undefined) throw bad(fault);
  return predictions;
}

function faultOf({ rows, classes, probabilities, label }: Predictions): string | undefined {
  if (rows > TABLE_LIMITS.rows) return `more than ${TABLE_LIMITS.rows} rows`;
  if (new Set(classes).size !== classes.length || classes.length === 0) return 'classes are not unique';
  if (label.length !== rows || probabilities.length !== rows * classes.length)
    return 'its shapes do not agree';
  // Written so that NaN fails too; a float32 softmax may exceed 1 by a rounding.
  if (probabilities.some(value => !(value >= 0 && value <= 1.00001)))
    return 'a probability is not within 0 and 1';
  if (label.some(index => index < 0 || index >= classes.length)) return 'a label is not one of the classes';
  return undefined;
}

function parseMetadata(text: string): z.infer<typeof metadataSchema> {
  try {
    return metadataSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw bad(`"${METADATA_KEY}" is not as described`, cause);
  }
}
