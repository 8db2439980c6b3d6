import type { Hex } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import type { Beacon } from '../../port/beacon.ts';
import { getBlock } from '../rpc/answers.ts';
import { refusalOf } from '../transactions/revert.ts';
import type { CallParts } from './parts.ts';

export interface BeaconParts
  extends Pick<CallParts, 'contracts' | 'on' | 'rpc' | 'heads' | 'block' | 'waitForBlock'> {
  kind: Beacon['kind'];
  /** The proof of a drand round; undefined while it is not out. */
  proofOf(round: bigint): Promise<Hex | undefined>;
}

/**
 * The beacon a network was deployed with. Values of the block kind are read from the chain's own blocks, so that asking
 * costs nothing; those of drand are what somebody recorded.
 */
export function evmBeacon(parts: BeaconParts): Beacon {
  const { contracts, on, rpc, heads, kind, proofOf } = parts;

  async function recorded(round: bigint): Promise<Hex | undefined> {
    try {
      return await contracts.read(on.beacon, 'valueOf', [round]);
    } catch (error) {
      if (refusalOf(error) === 'RoundUnknown') return undefined;
      throw error;
    }
  }

  async function known(round: bigint): Promise<Hex | undefined> {
    if (kind !== 'block') return recorded(round);
    return (await getBlock(rpc, Number(round)))?.hash;
  }

  async function waitUntilKnown(round: bigint, signal?: AbortSignal): Promise<Hex> {
    const { promise, resolve, reject } = Promise.withResolvers<Hex>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const look = async () => {
      const value = await recorded(round);
      if (value !== undefined) resolve(value);
    };
    const stop = heads.listen((_, isNew) => {
      // The next block brings another try.
      if (isNew) void look().catch(() => undefined);
    });
    try {
      return await promise;
    } finally {
      stop();
      signal?.removeEventListener('abort', abort);
    }
  }

  return {
    kind,
    async roundAfter(number) {
      const { timestampSeconds } = await parts.block(number);
      return contracts.read(on.beacon, 'roundAfter', [BigInt(timestampSeconds), BigInt(number)]);
    },
    known,
    async value(round, signal) {
      signal?.throwIfAborted();
      if (kind === 'block') return (await parts.waitForBlock(Number(round), signal)).hash;
      return (await recorded(round)) ?? waitUntilKnown(round, signal);
    },
    async record(round, options) {
      const proof = kind === 'block' ? '0x' : await proofOf(round);
      if (proof === undefined) throw noProof(round);
      return (
        await contracts.write(on.beacon, 'record', [round, proof], {
          doing: 'recording the round',
          ...options,
        })
      ).mined;
    },
  };
}

function noProof(round: bigint): KoinonError {
  return new KoinonError({
    code: 'K_NO_BEACON_PROOF',
    message: `Nobody hands out the signature of drand round ${round} yet, or no drand relay is known here.`,
    fault: 'platform',
    data: { round: String(round) },
    next: 'Try again when the round is out, with a drand relay configured.',
  });
}
