import type { AuditOptions, CourtOptions } from '@koinon/chain/deployment';
import { deployContracts } from '@koinon/chain/deployment';
import { type Deployment, type Hex, keySigner, sha256, toHex, utf8 } from '@koinon/protocol';
import { worldLoop } from '../loop/loop.ts';
import { type EvmPast, evmChain } from './evmChain.ts';
import { evmTransport } from './evmTransport.ts';

export interface GenesisOptions {
  /** Unix seconds before which everything is deployed. */
  atSeconds: number;
  challengeWindowSeconds?: number;
  court?: CourtOptions;
  audits?: AuditOptions;
}

/** A chain with the network's contracts and nothing else, for worlds to begin from. */
export interface Genesis {
  deployment: Deployment;
  past: EvmPast;
}

/** Holds the whole supply of KOIN and coins without end. */
export const TREASURY_KEY: Hex = toHex(sha256(utf8.encode('the treasury of every world')));
export const TREASURY = keySigner(TREASURY_KEY).address;

const TREASURY_WEI = 10n ** 30n;
/** A window in which a story can pass. */
const CHALLENGE_WINDOW_SECONDS = 86_400;
/** Longer than there are blocks in it, of a second each. */
const DEPLOYING_SECONDS = 64;

const made = new Map<string, Promise<Genesis>>();

/** The same for the same options: made once in a process, and nobody can change it. */
export function genesisOf(options: GenesisOptions): Promise<Genesis> {
  const key = textOf(options);
  const known = made.get(key) ?? deploy(options);
  made.set(key, known);
  return known;
}

/** Real deployments, on a chain and in a time of their own. */
async function deploy({ atSeconds, ...terms }: GenesisOptions): Promise<Genesis> {
  const chain = await evmChain({
    ...{ funded: [TREASURY], fundsWei: TREASURY_WEI },
    nowSeconds: () => atSeconds - DEPLOYING_SECONDS,
  });
  const loop = worldLoop({ startMs: (atSeconds - DEPLOYING_SECONDS) * 1_000 });
  const deployment = await loop.live(() =>
    deployContracts({
      ...{ transports: [evmTransport(chain)], clock: loop.clock, privateKey: TREASURY_KEY, pollingMs: 10 },
      challengeWindowSeconds: CHALLENGE_WINDOW_SECONDS,
      ...terms,
    }),
  );
  return { deployment, past: chain.past() };
}

function textOf(options: GenesisOptions): string {
  return JSON.stringify(options, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
