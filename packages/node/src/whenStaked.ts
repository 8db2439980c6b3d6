import type { NodePorts } from '@koinon/kernel';
import { asKoinonError } from '@koinon/protocol';

/** Calls `act` once this node has stake that can be lost, looking whenever the registry has news of it; returns what ends that. */
export function whenStaked(
  { chain, signer, journal }: Pick<NodePorts, 'chain' | 'signer' | 'journal'>,
  act: () => void,
): () => void {
  let isOver = false;
  const look = async (): Promise<void> => {
    const stake = await chain.nodes.slashable(signer.address);
    if (stake === 0n || isOver) return;
    isOver = true;
    journal.note('court-needed', {
      stake,
      does: 'The court of this node is started: it has stake that can be lost.',
    });
    act();
  };
  return chain.watch(event => {
    if (isOver || event.type !== 'node' || event.operator !== signer.address) return;
    look().catch(error => journal.note('court-needed', { reason: asKoinonError(error).message }));
  });
}
