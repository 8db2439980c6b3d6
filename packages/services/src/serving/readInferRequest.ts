import { readBytes } from '@koinon/kernel';
import { badInput } from './columnsOf.ts';

/** The JSON of a question to a model. Throws `K_PREDICT_INPUT`, `K_HTTP_TOO_LARGE`, `K_HTTP_ENCODING`. */
export async function readInferRequest(request: Request, maxBytes: number): Promise<unknown> {
  if (request.headers.has('inference-header-content-length')) {
    throw badInput('it is in the binary extension, which this server does not have; send JSON');
  }
  const bytes = await readBytes(request, maxBytes);
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
