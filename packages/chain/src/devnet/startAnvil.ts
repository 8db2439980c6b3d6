import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { KoinonError } from '@koinon/protocol/errors';
import { type Clock, systemClock } from '../clock.ts';
import { httpTransport } from '../evm/rpc/transport.ts';
import { anvilBinary } from './anvilBinary.ts';
import { DEV_MNEMONIC } from './devAccounts.ts';
import { mineOnDemand } from './mineOnDemand.ts';
import { type StateKeeper, stateKeeper } from './stateKeeper.ts';

export interface StartAnvilOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  host?: string;
  /** Loaded when it exists, written while the chain runs and on `stop`; without it nothing is kept. */
  stateFile?: string;
  /** At most this often the state is written, and only when it changed, milliseconds. */
  saveEveryMs?: number;
  blockTimeSeconds?: number;
  /**
   * With it a block is made every `blockTimeSeconds` only while there are transactions, and one in this many seconds
   * otherwise: a local network left alone for days stays small.
   */
  idleBlockSeconds?: number;
  chainId?: number;
  /** How many accounts of the mnemonic have coins. */
  accounts?: number;
  mnemonic?: string;
  clock?: Clock;
}

export interface Anvil {
  rpcUrl: string;
  /** Of the supervising shell; its group holds the chain. */
  pid: number;
  /** Writes the state file, where there is one. */
  saveState(): Promise<void>;
  /** Saves, ends the process and waits until it is gone. */
  stop(): Promise<void>;
  /** Resolves when the process is gone, for whatever reason. */
  exited: Promise<void>;
}

/**
 * Ends the chain when its standard input does, that is when we are gone, however we went. The session of its own keeps
 * a Ctrl-C of the terminal from reaching it before its state is saved.
 */
const SUPERVISOR =
  'exec 3<&0; "$@" </dev/null 3<&- & child=$!; { read _ <&3; kill -9 $child; } >/dev/null 2>&1 & exec 3<&-; wait $child';

/** Longest an anvil may take to listen, milliseconds. */
const START_TIMEOUT_MS = 30_000;

/** A local EVM chain in a process of its own that ends with this one. Throws `K_NO_ANVIL`, `K_ANVIL_FAILED`. */
export async function startAnvil(options: StartAnvilOptions = {}): Promise<Anvil> {
  const { clock = systemClock, stateFile, idleBlockSeconds, blockTimeSeconds = 1 } = options;
  const args = [
    ...['--host', options.host ?? '127.0.0.1', '--port', String(options.port ?? 0)],
    ...['--chain-id', String(options.chainId ?? 31_337)],
    ...['--accounts', String(options.accounts ?? 16), '--mnemonic', options.mnemonic ?? DEV_MNEMONIC],
    ...(idleBlockSeconds === undefined ? ['--block-time', String(blockTimeSeconds)] : ['--no-mining']),
    // Without it the chain slows down after a thousand blocks and leaves gigabytes on disk.
    '--prune-history',
    ...(stateFile !== undefined && existsSync(stateFile) ? ['--load-state', stateFile] : []),
  ];
  const child = spawn('sh', ['-c', SUPERVISOR, 'anvil', anvilBinary(), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: {},
  });
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
  // A broken pipe says only what `exited` says too.
  child.stdin.on('error', () => undefined);
  const rpcUrl = await listening(child, exited, clock);
  child.unref();
  const transport = httpTransport(rpcUrl);
  const ending = new AbortController();
  const keeper: StateKeeper | undefined =
    stateFile === undefined
      ? undefined
      : stateKeeper({ transport, stateFile, clock, everyMs: options.saveEveryMs ?? 3_000 });
  keeper?.run(ending.signal);
  if (idleBlockSeconds !== undefined) {
    const idleMs = idleBlockSeconds * 1000;
    mineOnDemand({ transport, clock, blockMs: blockTimeSeconds * 1000, idleMs, signal: ending.signal });
  }
  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    ending.abort();
    await keeper?.save().catch(() => undefined);
    // Whoever waits for its end must live to see it.
    child.ref();
    child.stdin.end();
    await exited;
  }
  return {
    rpcUrl,
    pid: child.pid!,
    exited,
    saveState: async () => keeper?.save(),
    stop: () => (stopping ??= stop()),
  };
}

async function listening(
  child: ChildProcess & { stdout: NonNullable<ChildProcess['stdout']> },
  exited: Promise<void>,
  clock: Clock,
): Promise<string> {
  let said = '';
  const started = new AbortController();
  try {
    return await new Promise<string>((resolve, reject) => {
      const hear = (chunk: Buffer) => {
        if (started.signal.aborted) return;
        said = (said + chunk.toString()).slice(-4096);
        const address = /Listening on (\S+)/.exec(said)?.[1];
        if (address !== undefined) resolve(`http://${address}`);
      };
      child.stdout.on('data', hear);
      child.stderr?.on('data', hear);
      child.once('error', cause => reject(failed(said, cause)));
      void exited.then(() => reject(failed(said)));
      void clock.wait(START_TIMEOUT_MS, started.signal).then(() => reject(failed(said)));
    });
  } catch (error) {
    child.stdin?.end();
    throw error;
  } finally {
    started.abort();
  }
}

function failed(said: string, cause?: unknown): KoinonError {
  const taken = /address already in use|AddrInUse/i.test(said);
  const words = said.trim().split('\n').at(-1) ?? '';
  return new KoinonError({
    code: 'K_ANVIL_FAILED',
    message: taken
      ? 'The local chain could not start: its port is in use.'
      : `The local chain could not start${words === '' ? '' : `: ${words.slice(0, 300)}`}.`,
    fault: 'platform',
    next: taken
      ? 'Stop the other program, or take another port.'
      : 'If its state file is damaged, start with --fresh.',
    cause,
  });
}
