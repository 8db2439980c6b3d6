import { KoinonError } from '@koinon/protocol/errors';
import type { Contracts } from '../port/contracts.ts';

/** The twin runs no bytecode, so a contract that has nothing else never did anything there and cannot be called. */
export const noContracts: Contracts = {
  read: (_, functionName) => Promise.reject(noBytecode(`to answer ${functionName}`)),
  write: (_, __, ___, { doing }) => Promise.reject(noBytecode(doing)),
  events: async () => [],
};

function noBytecode(doing: string): KoinonError {
  return new KoinonError({
    code: 'K_NO_CONTRACTS',
    message: `This chain runs no bytecode, so there is no contract for ${doing}.`,
    fault: 'platform',
  });
}
