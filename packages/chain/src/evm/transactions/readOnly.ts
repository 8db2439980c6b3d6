import { KoinonError } from '@koinon/protocol/errors';

export function readOnly(doing: string): KoinonError {
  return new KoinonError({
    code: 'K_CHAIN_READ_ONLY',
    message: `No key was given for the chain, so there is nobody for ${doing}.`,
    fault: 'user',
    next: 'Name an account.',
  });
}
