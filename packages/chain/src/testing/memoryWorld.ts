import { DEFAULT_SUPPLY } from '../deployment/deployContracts.ts';
import { memoryChain } from '../twin/memoryChain.ts';
import { accountsOf, CHALLENGE_WINDOW_SECONDS, type World, type WorldOptions } from './world.ts';

/** The twin with a clock that only `advance` moves. */
export async function memoryWorld(options: WorldOptions = {}): Promise<World> {
  const { accounts: _, ...rest } = options;
  const memory = memoryChain({ seed: 'world', challengeWindowSeconds: CHALLENGE_WINDOW_SECONDS, ...rest });
  const { signers } = accountsOf(options);
  const chains = signers.map(({ address }) => memory.connect(address));
  memory.mint(signers[0]!.address, DEFAULT_SUPPLY);
  return {
    as: i => chains[i]!,
    account: i => signers[i]!.address,
    signer: i => signers[i]!,
    advance: async seconds => memory.advance(seconds),
    close: async () => void (await Promise.all(chains.map(chain => chain.close()))),
  };
}
