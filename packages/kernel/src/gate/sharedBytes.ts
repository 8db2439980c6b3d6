/** Bytes copied in one turn of the event loop: well below a millisecond. */
const SLICE_BYTES = 2 ** 20;

/** The bytes in memory that threads share, copied a slice at a time: handing a table over at once would hold up the node. */
export async function sharedBytes(bytes: Uint8Array): Promise<Uint8Array> {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    if (at > 0) await new Promise(resolve => setImmediate(resolve));
    shared.set(bytes.subarray(at, at + SLICE_BYTES), at);
  }
  return shared;
}

export async function sharedFiles(files: ReadonlyMap<string, Uint8Array>): Promise<Map<string, Uint8Array>> {
  const shared = new Map<string, Uint8Array>();
  for (const [name, bytes] of files) shared.set(name, await sharedBytes(bytes));
  return shared;
}
