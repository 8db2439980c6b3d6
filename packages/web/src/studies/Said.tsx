import { Address } from '../parts/Address.tsx';
import type { Sentence } from './sentence.ts';

/** A sentence with its nodes by name and short address; without links, as it may stand on a button. */
export function Said({ sentence }: { sentence: Sentence }) {
  const parts = sentence.split(/\{(0x[0-9a-fA-F]{40})\}/);
  return (
    <>
      {parts.map((part, i) =>
        // Every second part is an address: `split` keeps what the group matched.
        i % 2 === 1 ? <Address key={`${i}-${part}`} of={part} plain /> : part,
      )}
    </>
  );
}
