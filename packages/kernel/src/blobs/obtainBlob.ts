import { type Cid, type Hex, KoinonError } from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';
import { keepBlob } from './keepBlob.ts';

/**
 * The blob from this node's store, or from the peers in turn (then kept with the given visibility, unless `keep` is
 * false). Asked for as public, a blob this node keeps private is taken from the peers alone: whoever names it in a
 * manifest must have it already. Throws `K_BLOB_NOT_FOUND` when none has it for us.
 */
export async function obtainBlob(
  ports: Pick<NodePorts, 'store' | 'network'>,
  cid: Cid,
  peers: readonly Hex[],
  options: { maxBytes: number; visibility: 'public' | 'private'; keep?: boolean; signal?: AbortSignal },
): Promise<Uint8Array> {
  const { blobs } = ports.store;
  const isForbidden = options.visibility === 'public' && blobs.visibility(cid) === 'private';
  const own = isForbidden ? undefined : await blobs.get(cid);
  if (own) return own;
  let cause: unknown;
  for (const peer of peers) {
    if (peer === ports.network.operator) continue;
    try {
      const bytes = await ports.network.fetchBlob(peer, cid, {
        maxBytes: options.maxBytes,
        ...(options.signal ? { signal: options.signal } : {}),
      });
      if (options.keep !== false) await keepBlob(ports.store, cid, bytes, options.visibility);
      return bytes;
    } catch (error) {
      cause = error;
    }
  }
  throw new KoinonError({
    code: 'K_BLOB_NOT_FOUND',
    message: `No node that was asked gave the blob ${cid}.`,
    fault: 'peer',
    data: { cid, peers },
    next: 'Check that the node that has it is running, then try again.',
    cause,
  });
}
