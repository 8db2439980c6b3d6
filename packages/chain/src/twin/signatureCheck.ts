import { type Hex, recoverDigestSigner } from '@koinon/protocol';
import { lower } from '../lower.ts';

/** Whether `signer` (lower case) signed the digest. */
export type SignatureCheck = (digest: Hex, signature: Hex, signer: Hex) => boolean | Promise<boolean>;

/** By recovering the key, as the contracts do. */
export const recoveredSigner: SignatureCheck = (digest, signature, signer) =>
  recoverDigestSigner(digest, signature).then(
    found => found === lower(signer),
    () => false,
  );
