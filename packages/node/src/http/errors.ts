import { asKoinonError, KoinonError } from '@koinon/protocol';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

const STATUS_BY_CODE: Record<string, ContentfulStatusCode> = {
  K_HTTP_TOKEN: 401,
  K_HTTP_HOST: 403,
  K_HTTP_ORIGIN: 403,
  K_HTTP_NOT_FOUND: 404,
  K_DATASET_UNKNOWN: 404,
  K_STUDY_UNKNOWN: 404,
  K_MODEL_UNKNOWN: 404,
  K_REQUEST_UNKNOWN: 404,
  K_REQUEST_DECIDED: 409,
  K_HTTP_TOO_LARGE: 413,
};

/** The HTTP status of an error: by its code where one is usual, else by whose fault it is. */
export function statusOf(error: KoinonError): ContentfulStatusCode {
  const known = STATUS_BY_CODE[error.code];
  if (known) return known;
  return error.fault === 'user' ? 400 : error.fault === 'peer' || error.fault === 'chain' ? 502 : 500;
}

/** The error as the API tells it: code, message, what to do next; nothing from inside. */
export function errorResponse(context: Context, error: unknown): Response {
  const known = asKoinonError(error);
  const told =
    known.code === 'K_UNEXPECTED'
      ? new KoinonError({
          code: 'K_UNEXPECTED',
          message: 'Something unforeseen happened; see node.log.',
          fault: 'bug',
        })
      : known;
  return context.json({ error: told.toJSON() }, statusOf(known));
}

export function notFound(what: string): KoinonError {
  return new KoinonError({ code: 'K_HTTP_NOT_FOUND', message: `There is no ${what} here.`, fault: 'user' });
}
