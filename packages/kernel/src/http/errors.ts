import { isInferencePath } from '@koinon/api';
import { asKoinonError, KoinonError } from '@koinon/protocol';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

const STATUS_BY_CODE: Record<string, ContentfulStatusCode> = {
  K_HTTP_TOKEN: 401,
  K_HTTP_HOST: 403,
  K_HTTP_ORIGIN: 403,
  K_LOG_PRIVATE: 403,
  K_HTTP_NOT_FOUND: 404,
  K_DATASET_UNKNOWN: 404,
  K_STUDY_UNKNOWN: 404,
  K_MODEL_UNKNOWN: 404,
  K_REQUEST_UNKNOWN: 404,
  K_REQUEST_DECIDED: 409,
  K_APPROVAL_DIFFERS: 409,
  K_HTTP_TOO_LARGE: 413,
  K_HTTP_ENCODING: 415,
  K_HTTP_MEDIA_TYPE: 415,
  K_BUSY: 503,
  K_MODEL_LOST: 503,
};

/** The HTTP status of an error: by its code where one is usual, else by whose fault it is. */
function statusOf(error: KoinonError): ContentfulStatusCode {
  const known = STATUS_BY_CODE[error.code];
  if (known) return known;
  return error.fault === 'user' ? 400 : error.fault === 'peer' || error.fault === 'chain' ? 502 : 500;
}

/**
 * The error as the API tells it: code, message, what to do next; nothing from inside. Below /v2 it is one sentence,
 * as the Open Inference Protocol has it.
 */
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
  const status = statusOf(known);
  if (status === 401) context.header('www-authenticate', 'Bearer realm="koinon"');
  if (status === 503) context.header('retry-after', '1');
  const body = isInferencePath(context.req.path)
    ? `${told.message}${told.next ? ` ${told.next}` : ''}`
    : told.toJSON();
  return context.json({ error: body }, status);
}

export function notFound(what: string): KoinonError {
  return new KoinonError({ code: 'K_HTTP_NOT_FOUND', message: `There is no ${what} here.`, fault: 'user' });
}

export function busy(what: string): KoinonError {
  return new KoinonError({
    code: 'K_BUSY',
    message: `This node is busy: ${what}.`,
    fault: 'platform',
    next: 'Try again in a moment.',
  });
}
