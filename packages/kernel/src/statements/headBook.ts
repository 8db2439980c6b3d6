import {
  type Hex,
  type LogHead,
  messageSchema,
  type Signed,
  schema,
  signedSchema,
  signStatement,
  statementDigest,
  toHex,
} from '@koinon/protocol';
import { column } from '@koinon/store';
import { z } from 'zod';
import { toColumn } from '../durable/wireJson.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';

const rowSchema = z.object({ digest: schema.bytes32, head: column.json(signedSchema('LogHead')) });

/**
 * The heads this node signed, one for each size: whoever holds one may demand on chain that the log continues it, and the
 * node must know again what it said.
 */
export class HeadBook {
  readonly #ports: Pick<NodePorts, 'store' | 'signer' | 'deployment' | 'clock'>;

  constructor(ports: Pick<NodePorts, 'store' | 'signer' | 'deployment' | 'clock'>) {
    this.#ports = ports;
    ports.store.database.migrate('signedHeads', [
      'CREATE TABLE signedHeads (size INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, head TEXT NOT NULL) STRICT;',
    ]);
  }

  /** The log as it stands, signed. */
  async current(): Promise<Signed<'LogHead'>> {
    const { store, signer, deployment, clock } = this.#ports;
    const { size } = store.log;
    const read = () =>
      store.database.get('SELECT digest, head FROM signedHeads WHERE size = ?', rowSchema, size)?.head;
    const known = read();
    if (known) return known;
    const message: LogHead = messageSchema('LogHead').parse({
      node: signer.address,
      size: BigInt(size),
      root: toHex(store.log.root(size)),
      issuedAt: nowSeconds(clock),
    });
    const head = await signStatement('LogHead', message, deployment, signer);
    store.database.run(
      'INSERT INTO signedHeads VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
      size,
      statementDigest('LogHead', message, deployment),
      toColumn(head),
    );
    return read()!;
  }

  get(digest: Hex): LogHead | undefined {
    const { database } = this.#ports.store;
    return database.get('SELECT digest, head FROM signedHeads WHERE digest = ?', rowSchema, digest)?.head
      .message;
  }
}
