import { type Common, createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { MerklePatriciaTrie } from '@ethereumjs/mpt';
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager';
import type { TypedTransaction } from '@ethereumjs/tx';
import { Account, createAddressFromString, equalsBytes, ValueEncoding } from '@ethereumjs/util';
import { createVM, type RunTxResult, runTx } from '@ethereumjs/vm';
import { fromHex, type Hex, toHex } from '@koinon/protocol';
import { BLOCK_GAS, type Context } from './blockHeader.ts';
import { blockHistory } from './blockHistory.ts';
import { type Layer, layeredDatabase } from './layeredDatabase.ts';
import { recovering } from './recovered.ts';

/** What a call came to. */
export interface Outcome {
  succeeded: boolean;
  /** What it answered, or what it was refused with. */
  data: Hex;
  /** Without the 21,000 and calldata of a transaction, before refunds. */
  gasUsed: bigint;
}

export interface Call {
  from?: Hex | undefined;
  to?: Hex | undefined;
  data?: Hex | undefined;
}

export interface AccountState {
  nonce: bigint;
  balance: bigint;
  code: Hex;
}

/** An EVM that stands at some state, and what changes it. One thing at a time: callers take turns. */
export interface EvmState {
  /** Writes down what was executed; its root. */
  root(): Promise<Uint8Array>;
  /** Goes to the state under that root; what was executed and not written down is gone. */
  goTo(root: Uint8Array): Promise<void>;
  /** Throws for a transaction that no block may hold, which leaves no trace. */
  execute(transaction: TypedTransaction, context: Context, gasBefore: bigint): Promise<RunTxResult>;
  /** Tries the call and leaves no trace. */
  attempt(call: Call, context: Context): Promise<Outcome>;
  account(address: Hex): Promise<AccountState>;
  /** Gives an account so many wei out of nothing. */
  endow(address: Hex, wei: bigint): Promise<void>;
}

/** States over one database. */
export interface EvmStates {
  readonly common: Common;
  /** Every node of their tries, and code. */
  readonly written: Layer;
  open(root?: Uint8Array): Promise<EvmState>;
}

export function evmStates({ chainId, below }: { chainId: number; below?: Layer | undefined }): EvmStates {
  const common = createCustomCommon({ chainId }, Mainnet, {
    ...{ hardfork: Hardfork.Prague, customCrypto: { ecrecover: recovering() } },
  });
  const written = new Map<string, Uint8Array>();
  const db = layeredDatabase(below, written);

  async function open(start?: Uint8Array): Promise<EvmState> {
    const trie = new MerklePatriciaTrie({
      useKeyHashing: true,
      common,
      db,
      valueEncoding: ValueEncoding.Bytes,
    });
    const stateManager = new MerkleStateManager({ common, caches: new Caches(), trie });
    let context: Context | undefined;
    const blockchain = {
      getBlock: async (number: number) => ({ hash: () => context!.blockHash(number) }),
      putBlock: async () => undefined,
      shallowCopy: () => blockchain,
    };
    const vm = await createVM({
      ...{ common, stateManager, blockchain },
      evmOpts: { customPrecompiles: [blockHistory(() => context!)] },
    });
    /** Where it stands, unless something was executed since. */
    let at: Uint8Array | undefined;

    async function goTo(root: Uint8Array): Promise<void> {
      if (at !== undefined && equalsBytes(at, root)) return;
      stateManager.clearCaches();
      await stateManager.setStateRoot(root);
      at = root;
    }

    if (start !== undefined) await goTo(start);

    return {
      async root() {
        at ??= await stateManager.getStateRoot();
        return at;
      },
      goTo,
      execute(tx, given, gasBefore) {
        context = given;
        at = undefined;
        return runTx(vm, { tx, block: given.block, blockGasUsed: gasBefore });
      },
      async attempt({ from, to, data = '0x' }, given) {
        context = given;
        await stateManager.checkpoint();
        try {
          const caller = createAddressFromString(from ?? `0x${'00'.repeat(20)}`);
          const { execResult } = await vm.evm.runCall({
            ...{ caller, origin: caller, data: fromHex(data), gasLimit: BLOCK_GAS, skipBalance: true },
            ...{ block: given.block, ...(to == null ? {} : { to: createAddressFromString(to) }) },
          });
          return {
            succeeded: execResult.exceptionError === undefined,
            data: toHex(execResult.returnValue),
            gasUsed: execResult.executionGasUsed,
          };
        } finally {
          await stateManager.revert();
          vm.evm.journal.cleanJournal();
          stateManager.originalStorageCache.clear();
        }
      },
      async account(address) {
        const place = createAddressFromString(address);
        const { nonce, balance } = (await stateManager.getAccount(place)) ?? new Account();
        return { nonce, balance, code: toHex(await stateManager.getCode(place)) };
      },
      async endow(address, wei) {
        at = undefined;
        await stateManager.putAccount(createAddressFromString(address), new Account(0n, wei));
      },
    };
  }

  return { common, written, open };
}

/** Gas of a transaction before any code runs, and the least that its calldata costs (EIP-7623). */
export function intrinsicGas({ to, data = '0x' }: Call): { least: bigint; floor: bigint } {
  const bytes = fromHex(data);
  let tokens = 0;
  for (const byte of bytes) tokens += byte === 0 ? 1 : 4;
  // 32,000 for a creation and 2 for each word of its code.
  const creation = to == null ? 32_000 + 2 * Math.ceil(bytes.length / 32) : 0;
  return { least: BigInt(21_000 + 4 * tokens + creation), floor: BigInt(21_000 + 10 * tokens) };
}
