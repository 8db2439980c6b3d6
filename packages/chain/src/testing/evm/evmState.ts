import type { Block } from '@ethereumjs/block';
import { type Common, createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager';
import { createTx, type TypedTransaction } from '@ethereumjs/tx';
import { Account, createAddressFromString } from '@ethereumjs/util';
import { createVM, type RunTxResult, runTx } from '@ethereumjs/vm';
import { fromHex, type Hex, toHex } from '@koinon/protocol';

/** What a call came to. */
export interface Outcome {
  succeeded: boolean;
  /** What it answered, or what it was refused with. */
  data: Hex;
  /** Without the 21,000 and calldata of a transaction, before refunds. */
  gasUsed: bigint;
}

export interface Call {
  from?: Hex;
  to?: Hex | undefined;
  data?: Hex;
}

/** The state of an EVM at any block that ever was, and what changes it. One thing at a time: callers take turns. */
export interface EvmState {
  readonly common: Common;
  root(): Promise<Uint8Array>;
  /** Goes to the state as it was under that root. */
  goTo(root: Uint8Array): Promise<void>;
  execute(transaction: TypedTransaction, block: Block): Promise<RunTxResult>;
  /** Tries the call and leaves no trace. */
  attempt(call: Call, gas: bigint, block: Block): Promise<Outcome>;
  /** Runs `work`, and takes back whatever it changed. */
  tryOut<T>(work: () => Promise<T>): Promise<T>;
  account(address: Hex): Promise<{ nonce: bigint; balance: bigint; code: Hex }>;
}

export interface EvmStateOptions {
  chainId: number;
  /** Accounts that have coins from the start, and how many wei each. */
  funded: readonly Hex[];
  fundsWei: bigint;
  /** The hash of a block of the chain as it now is. */
  blockHash(number: number): Uint8Array;
}

export async function evmState({ chainId, funded, fundsWei, blockHash }: EvmStateOptions): Promise<EvmState> {
  const common = createCustomCommon({ chainId }, Mainnet, { hardfork: Hardfork.Prague });
  const stateManager = new MerkleStateManager({ common, caches: new Caches() });
  const blockchain = {
    getBlock: async (number: number) => ({ hash: () => blockHash(number) }),
    putBlock: async () => undefined,
    shallowCopy: () => blockchain,
  };
  const vm = await createVM({ common, stateManager, blockchain });
  for (const address of funded) {
    await stateManager.putAccount(createAddressFromString(address), new Account(0n, fundsWei));
  }
  await stateManager.flush();

  async function tryOut<T>(work: () => Promise<T>): Promise<T> {
    await stateManager.checkpoint();
    try {
      return await work();
    } finally {
      await stateManager.revert();
      vm.evm.journal.cleanJournal();
      stateManager.originalStorageCache.clear();
    }
  }

  return {
    common,
    root: () => stateManager.getStateRoot(),
    goTo: root => stateManager.setStateRoot(root),
    execute: (tx, block) => runTx(vm, { tx, block, blockGasUsed: 0n }),
    tryOut,
    attempt: ({ from, to, data = '0x' }, gasLimit, block) =>
      tryOut(async () => {
        const caller = createAddressFromString(from ?? `0x${'00'.repeat(20)}`);
        const { execResult } = await vm.evm.runCall({
          ...{ caller, origin: caller, data: fromHex(data), gasLimit, block, skipBalance: true },
          ...(to === undefined ? {} : { to: createAddressFromString(to) }),
        });
        return {
          succeeded: execResult.exceptionError === undefined,
          data: toHex(execResult.returnValue),
          gasUsed: execResult.executionGasUsed,
        };
      }),
    async account(address) {
      const at = createAddressFromString(address);
      const { nonce, balance } = (await stateManager.getAccount(at)) ?? new Account();
      return { nonce, balance, code: toHex(await stateManager.getCode(at)) };
    },
  };
}

/** Gas of a transaction before any code runs: 21,000, calldata, and what a creation costs besides. */
export function intrinsicGas({ to, data = '0x' }: Call, common: Common): { least: bigint; floor: bigint } {
  const transaction = createTx(
    { type: 2, data: fromHex(data), ...(to === undefined ? {} : { to: createAddressFromString(to) }) },
    { common },
  );
  const bytes = fromHex(data);
  const zeros = bytes.filter(byte => byte === 0).length;
  // EIP-7623: ten for each token of calldata.
  const floor = 21_000n + 10n * BigInt(zeros + 4 * (bytes.length - zeros));
  return { least: transaction.getIntrinsicGas(), floor };
}
