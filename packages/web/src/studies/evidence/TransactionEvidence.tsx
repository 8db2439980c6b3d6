import { ask } from '../../api/ask.ts';
import { useAnswer } from '../../api/useAnswer.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Hash } from '../../parts/Hash.tsx';
import { Loaded } from '../../parts/Loaded.tsx';
import { Term } from '../../parts/Term.tsx';
import { grouped } from '../../words/format.ts';

/** A transaction: the block it is in, and what it cost. */
export function TransactionEvidence({ hash }: { hash: string }) {
  const answer = useAnswer(hash, () => ask('evidence.transaction', { params: { hash } }));
  return (
    <Loaded answer={answer} what="the transaction">
      {({ transaction, block, blockHash, gasUsed }) => (
        <Facts
          label="Transaction"
          facts={[
            { name: 'transaction', value: <Hash of={transaction} label="the transaction" /> },
            {
              name: 'block',
              value: (
                <>
                  {grouped(block)} <Hash of={blockHash} label="the block" />
                </>
              ),
            },
            {
              name: 'gas',
              value: (
                <>
                  <Term noun="gas">{grouped(gasUsed)}</Term>
                </>
              ),
              about: 'What it cost on the blockchain, as a count of work.',
            },
          ]}
        />
      )}
    </Loaded>
  );
}
