import { isNamedBy, KoinonError } from '@koinon/protocol';

let token: string | undefined;

/** What to show the node from now on. */
export function setToken(given: string | undefined): void {
  token = given;
}

/** What the node answers at a path. */
export function fetchFromNode(path: string): Promise<Response> {
  return fetch(path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
}

/** A public blob from the node that served the page, or undefined where it has none by that name. */
export async function fetchBlob(cid: string): Promise<Uint8Array | undefined> {
  const response = await fetchFromNode(`/api/blobs/${encodeURIComponent(cid)}`);
  if (!response.ok) return undefined;
  return new Uint8Array(await response.arrayBuffer());
}

/** The same, refused unless the bytes are the ones the name stands for. Throws `K_BLOB_MISSING`, `K_BLOB_WRONG`. */
export async function fetchNamed(cid: string): Promise<Uint8Array> {
  const bytes = await fetchBlob(cid);
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
