import type { Deployment } from '@koinon/protocol';
import { type EvmChain, evmChain, evmTransport } from '@koinon/world';
import { deployContracts } from '../deployment/deployContracts.ts';
import { connectChain } from '../evm/connectChain.ts';
import type { RpcTransport } from '../evm/rpc/transport.ts';
import { simulatedClock } from './simulatedClock.ts';
import { accountsOf, CHALLENGE_WINDOW_SECONDS, type World, type WorldOptions } from './world.ts';

/** A world whose chain can be looked into. */
export interface EvmWorld extends World {
  readonly chain: EvmChain;
  readonly transport: RpcTransport;
  readonly deployment: Deployment;
}

const GENESIS_SECONDS = 1_700_000_000;

/** Fresh contracts on an EVM in this process, with a clock that jumps. Every transaction makes its own block. */
export async function evmWorld(options: WorldOptions = {}): Promise<EvmWorld> {
  const { accounts: _, ...rest } = options;
  const { keys, signers } = accountsOf(options);
  const clock = simulatedClock();
  let seconds = GENESIS_SECONDS;
  const funded = signers.map(({ address }) => address);
  const chain = await evmChain({ funded, nowSeconds: () => seconds });
  const transport = evmTransport(chain);
  const shared = { transports: [transport], clock, pollingMs: 10 };
  const deployment = await deployContracts({
    ...{ ...shared, privateKey: keys[0]!, challengeWindowSeconds: CHALLENGE_WINDOW_SECONDS },
    ...rest,
  });
  const chains = await Promise.all(
    keys.map(privateKey => connectChain({ ...shared, deployment, privateKey })),
  );
  return {
    ...{ chain, transport, deployment },
    as: i => chains[i]!,
    account: i => signers[i]!.address,
    signer: i => signers[i]!,
    async advance(by) {
      seconds = Math.max(seconds, chain.head().timestampSeconds) + by;
      await chain.mine();
    },
    close: async () => void (await Promise.all(chains.map(it => it.close()))),
  };
}
