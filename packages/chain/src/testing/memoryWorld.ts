import { DEFAULT_SUPPLY } from '../deploy.ts';
import { memoryChain } from '../twin/memoryChain.ts';
import { CHALLENGE_WINDOW_SECONDS, signers, type World } from './world.ts';

export async function memoryWorld(): Promise<World> {
  const memory = memoryChain({ seed: 'world', challengeWindowSeconds: CHALLENGE_WINDOW_SECONDS });
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
