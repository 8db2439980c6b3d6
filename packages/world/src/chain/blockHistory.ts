import { type AddPrecompile, EVMError } from '@ethereumjs/evm';
import { createAddressFromString } from '@ethereumjs/util';
import { toHex } from '@koinon/protocol';
import type { Context } from './blockHeader.ts';

const ADDRESS = createAddressFromString('0x0000f90827f1c53a10cb7a02335b175320002935');
const BLOCKS = 8_191n;
/** A read of cold storage and what goes with it. */
const GAS = 2_200n;

/**
 * The contract that answers a block's number with its hash for 8,191 blocks (EIP-2935), without the storage that it keeps
 * them in: hashes are known here anyway.
 */
export function blockHistory(context: () => Context): AddPrecompile {
  return {
    address: ADDRESS,
    function({ data }) {
      const { block, blockHash } = context();
      const head = block.header.number;
      const asked = data.length === 32 ? BigInt(toHex(data)) : head;
      if (asked < head && asked + BLOCKS >= head) {
        return { returnValue: blockHash(Number(asked)), executionGasUsed: GAS };
      }
      const exceptionError = new EVMError(EVMError.errorMessages.REVERT);
      return { returnValue: new Uint8Array(), executionGasUsed: GAS, exceptionError };
    },
  };
}
