import { isNamedBy, KoinonError } from '@koinon/protocol';
import { type Client, createClient, nodeSources } from '@koinon/sdk';

let token: string | undefined;

/** What to show the node from now on. */
export function setToken(given: string | undefined): void {
  token = given;
}

/** The node that served the page. */
export function pageNode(): Client {
  return createClient({ url: self.location.origin, token });
}

/** A public blob of that node, refused unless its bytes are the ones the name stands for. Throws `K_BLOB_MISSING`, `K_BLOB_WRONG`. */
export async function fetchNamed(cid: string): Promise<Uint8Array> {
  const bytes = await nodeSources(pageNode()).blob(cid);
  if (!bytes) {
    throw new KoinonError({
      code: 'K_BLOB_MISSING',
      message: 'This node does not give that file to the public.',
      fault: 'peer',
    });
  }
  if (!isNamedBy(bytes, cid)) {
    throw new KoinonError({
      code: 'K_BLOB_WRONG',
      message: 'The node sent other bytes than the ones that name stands for.',
      fault: 'peer',
    });
  }
  return bytes;
}
