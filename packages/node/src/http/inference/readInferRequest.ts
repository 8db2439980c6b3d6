import type { Context } from 'hono';
import { readBytes } from '../readBody.ts';
import { badInput } from './columnsOf.ts';

/** Most a question to a model may be, bytes. */
const INFER_MAX_BYTES = 16 * 2 ** 20;

/** The JSON of a question to a model. Throws `K_PREDICT_INPUT`, `K_HTTP_TOO_LARGE`, `K_HTTP_ENCODING`. */
export async function readInferRequest(context: Context): Promise<unknown> {
  if (context.req.header('inference-header-content-length') !== undefined) {
    throw badInput('it is in the binary extension, which this server does not have; send JSON');
  }
  const bytes = await readBytes(context, INFER_MAX_BYTES);
  return parseLenient(new TextDecoder().decode(bytes));
}

/** JSON, and what Python writes in its place for a missing number: the bare word NaN, read as null. */
function parseLenient(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(
        text.replace(/"(?:[^"\\]|\\.)*"|\bNaN\b/g, found => (found === 'NaN' ? 'null' : found)),
      );
    } catch {
      throw badInput('the body is not JSON');
    }
  }
}
