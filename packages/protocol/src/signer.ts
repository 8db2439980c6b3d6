import { privateKeyToAccount } from 'viem/accounts';
import type { Hex } from './bytes.ts';
import type { StatementSigner } from './statement.ts';

/** A signer over a raw secp256k1 key. The signature is deterministic (RFC 6979) with s in the lower half. */
export function keySigner(privateKey: Hex): StatementSigner {
  const account = privateKeyToAccount(privateKey);
  return {
    address: account.address.toLowerCase() as Hex,
    signDigest: digest => account.sign({ hash: digest }),
  };
}
