import { type Hex, recoverDigestSigner } from '@koinon/protocol';

const known = new Map<string, Promise<Hex>>();

/** As `recoverDigestSigner`, once for each pair: tests change one thing at a time and check all the rest again. */
export const rememberedSigner: typeof recoverDigestSigner = (digest, signature) => {
  const pair = `${digest} ${signature}`;
  const recovered = known.get(pair) ?? recoverDigestSigner(digest, signature);
  known.set(pair, recovered);
  return recovered;
};
