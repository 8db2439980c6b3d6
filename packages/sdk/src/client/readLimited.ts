import { KoinonError } from '@koinon/protocol/errors';

/** The bytes of an answer. Throws `K_ANSWER_TOO_LARGE` as soon as there are more than `maxBytes`. */
export async function readLimited(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { value, done } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel().catch(() => undefined);
      throw new KoinonError({
        code: 'K_ANSWER_TOO_LARGE',
        message: `The node sends more than ${maxBytes} bytes.`,
        fault: 'peer',
        data: { maxBytes },
        next: 'Ask for it with a larger maxBytes, if so much is expected.',
      });
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
