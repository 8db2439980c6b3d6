import { errorAnswer, inferenceErrorAnswer } from '@koinon/api';
import { KoinonError } from '@koinon/protocol/errors';

/** The error that an answer with another status than 200 stands for, as the node told it. */
export function refusalOf(status: number, body: unknown, asked: string): KoinonError {
  const told = errorAnswer.safeParse(body);
  if (told.success) {
    const { next, ...error } = told.data.error;
    return new KoinonError({ ...error, ...(next === undefined ? {} : { next }) });
  }
  return new KoinonError({
    code: 'K_NODE_ANSWER',
    message:
      inferenceErrorAnswer.safeParse(body).data?.error ?? `${asked} was answered with status ${status}.`,
    fault: status < 500 ? 'user' : 'peer',
    data: { status },
  });
}

/** What a node said that is not what the route promises. */
export function notPromised(asked: string, why: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_NODE_ANSWER',
    message: `${asked} was answered with something else than it promises: ${why}.`,
    fault: 'peer',
    next: 'Update the node or this program, so that both are of one version.',
    ...(cause === undefined ? {} : { cause }),
  });
}
