import {
  encodeVerifier,
  type Hex,
  logOrigin,
  notePublicKey,
  type Signed,
  signCheckpoint,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import { column } from '@koinon/store';
import { z } from 'zod';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import { sealStatement } from './sealStatement.ts';

/** The key that signs the checkpoints of this node's log, and what the operator key says of it. */
export interface LogKey {
  /** Origin line of the checkpoints and name of the key. */
  origin: string;
  /** `name+hash+key`, as tools for transparency logs are configured. */
  verifier: string;
  /** Ed25519, 32 bytes. */
  publicKey: Uint8Array;
  /** The operator's certificate and its place in the log; its leaf has no salt. */
  certificate: Signed<'LogKey'>;
  index: number;
  /** The log as it stands, as a signed checkpoint. */
  checkpoint(): string;
}

const secretRow = z.object({ secret: column.bytes });

/**
 * The node's checkpoint key: made at the first start, kept in the node's database, certified in its log. Money never
 * hangs on it: the court reads heads signed by the operator key and anchors, so a thief of this key can only confuse
 * readers who do not compare a checkpoint with the anchors.
 */
export async function openLogKey(
  ports: Pick<NodePorts, 'store' | 'signer' | 'deployment' | 'clock' | 'random'>,
): Promise<LogKey> {
  const { store, signer, deployment, clock } = ports;
  const { database, log } = store;
  database.migrate('logKey', [
    'CREATE TABLE log_key (number INTEGER PRIMARY KEY, secret BLOB NOT NULL CHECK (length(secret) = 32)) STRICT;',
  ]);
  const select = 'SELECT secret FROM log_key WHERE number = 1';
  if (!database.get(select, secretRow)) {
    database.run('INSERT INTO log_key VALUES (1, ?)', ports.random());
  }
  const { secret } = database.get(select, secretRow)!;
  const publicKey = notePublicKey(secret);
  const publicKeyHex: Hex = toHex(publicKey);
  const sealed = await sealStatement(ports, {
    key: `log-key:${publicKeyHex}`,
    type: 'LogKey',
    leafSalt: ZERO_32,
    message: () => ({ node: signer.address, publicKey: publicKeyHex, issuedAt: nowSeconds(clock) }),
  });
  const origin = logOrigin(deployment, signer.address);
  let last = { size: -1, note: '' };
  return {
    origin,
    verifier: encodeVerifier({ name: origin, publicKey }),
    publicKey,
    certificate: sealed.signed,
    index: sealed.index,
    checkpoint: () => {
      const { size } = log;
      if (last.size !== size) {
        last = { size, note: signCheckpoint({ origin, size, root: log.root(size) }, secret) };
      }
      return last.note;
    },
  };
}
