import { deployContracts } from '../deployment/deployContracts.ts';
import { connectChain } from '../evm/connectChain.ts';
import { quantity } from '../evm/rpc/quantity.ts';
import { httpTransport } from '../evm/rpc/transport.ts';
import { accountsOf, CHALLENGE_WINDOW_SECONDS, type World, type WorldOptions } from './world.ts';

/** Fresh contracts on a running anvil. */
export async function anvilWorld(rpcUrl: string, options: WorldOptions = {}): Promise<World> {
  const { accounts: _, ...rest } = options;
  const { keys, signers } = accountsOf(options);
  const rpcUrls = [rpcUrl];
  const pollingMs = 10;
  const deployment = await deployContracts({
    rpcUrls,
    privateKey: keys[0]!,
    challengeWindowSeconds: CHALLENGE_WINDOW_SECONDS,
    pollingMs,
    ...rest,
  });
  const chains = await Promise.all(
    keys.map(privateKey => connectChain({ rpcUrls, deployment, privateKey, pollingMs })),
  );
  const anvil = httpTransport(rpcUrl);
  return {
    as: i => chains[i]!,
    account: i => signers[i]!.address,
    signer: i => signers[i]!,
    async advance(seconds) {
      const signal = AbortSignal.timeout(60_000);
      await anvil.request('evm_increaseTime', [quantity(seconds)], signal);
      await anvil.request('evm_mine', [], signal);
    },
    close: async () => void (await Promise.all(chains.map(chain => chain.close()))),
  };
}
