import {
  type Hex,
  type LoggedType,
  type Message,
  type Signed,
  signStatement,
  statementDigest,
} from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';

export interface SealedStatement<T extends LoggedType> {
  signed: Signed<T>;
  digest: Hex;
  leafSalt: Hex;
  index: number;
}

/**
 * Signs a statement after its place in the node's log is durable, and returns it once its leaf is. The same key gives
 * the same statement for ever: a crash in between signs the stored message again, never another one.
 */
export async function sealStatement<T extends LoggedType>(
  ports: Pick<NodePorts, 'store' | 'signer' | 'deployment'>,
  entry: { key: string; type: T; leafSalt: Hex; message(index: bigint): Message<T> },
): Promise<SealedStatement<T>> {
  const { store, signer, deployment } = ports;
  const sealed = await store.log.append({
    key: entry.key,
    type: entry.type,
    salt: entry.leafSalt,
    message: entry.message,
    sign: async message => ({
      digest: statementDigest(entry.type, message, deployment),
      signature: (await signStatement(entry.type, message, deployment, signer)).signature,
    }),
  });
  return {
    signed: { message: sealed.message, signature: sealed.signature },
    digest: sealed.digest,
    leafSalt: sealed.salt,
    index: sealed.index,
  };
}
