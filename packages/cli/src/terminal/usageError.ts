import { KoinonError } from '@koinon/protocol/errors';

/** The command was typed wrongly: nothing was sent or signed, and `next` says what to type. Exit code 2. */
export function usageError(message: string, next: string): KoinonError {
  return new KoinonError({ code: 'K_USAGE', message, fault: 'user', next });
}
