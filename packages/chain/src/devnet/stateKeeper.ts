import { open, rename, unlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { fromHex, within } from '@koinon/protocol';
import type { Clock } from '../clock.ts';
import type { RpcTransport } from '../evm/rpc/transport.ts';

export interface StateKeeper {
  /** Writes the state as it is now. */
  save(): Promise<void>;
  /** Writes it at intervals while it changes, until the signal. */
  run(signal: AbortSignal): void;
}

export interface StateKeeperOptions {
  transport: RpcTransport;
  stateFile: string;
  clock: Clock;
  everyMs: number;
}

const REQUEST_TIMEOUT_MS = 60_000;
/** A save may take at most this part of the time: a dump grows with the chain. */
const SAVING_SHARE = 0.02;

/**
 * Keeps a copy of the chain on disk. Anvil's own interval dumps are not atomic, so this one asks for a dump, writes it
 * beside the file, flushes it and renames: the file is always one whole state.
 */
export function stateKeeper({ transport, stateFile, clock, everyMs }: StateKeeperOptions): StateKeeper {
  const ask = (method: string, params: unknown[]) =>
    within(clock, REQUEST_TIMEOUT_MS, signal => transport.request(method, params, signal));
  let saving: Promise<void> = Promise.resolve();
  let savedRoot: string | undefined;

  async function stateRoot(): Promise<string | undefined> {
    const block = (await ask('eth_getBlockByNumber', ['latest', false])) as { stateRoot?: string } | null;
    return block?.stateRoot;
  }

  async function write(): Promise<void> {
    const root = await stateRoot();
    const dump = (await ask('anvil_dumpState', [])) as string;
    const text = await promisify(gunzip)(fromHex(dump));
    const temporary = `${stateFile}.new`;
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      throw error;
    } finally {
      await file.close();
    }
    await rename(temporary, stateFile);
    savedRoot = root;
  }

  function save(): Promise<void> {
    saving = saving.then(write, write);
    return saving;
  }

  return {
    save,
    run(signal) {
      void (async () => {
        let pauseMs = everyMs;
        while (!signal.aborted) {
          await clock.wait(pauseMs, signal);
          if (signal.aborted) return;
          try {
            if ((await stateRoot()) === savedRoot) continue;
            const startedMs = clock.nowMs();
            await save();
            pauseMs = Math.max(everyMs, (clock.nowMs() - startedMs) / SAVING_SHARE);
          } catch {
            // The chain is busy or gone; `stop` saves once more.
          }
        }
      })();
    },
  };
}
