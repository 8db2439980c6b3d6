import { Address } from '../parts/Address.tsx';
import type { Sentence } from './sentence.ts';

/** A sentence with its nodes in short form. */
export function Said({ sentence }: { sentence: Sentence }) {
  const parts = sentence.split(/\{(0x[0-9a-fA-F]{40})\}/);
  return (
    <>
      {parts.map((part, i) =>
        // Every second part is an address: `split` keeps what the group matched.
        i % 2 === 1 ? <Address key={`${i}-${part}`} of={part} /> : part,
      )}
    </>
  );
}
