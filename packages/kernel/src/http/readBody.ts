import { KoinonError } from '@koinon/protocol';

/**
 * The body, refused by its declared size before it is read and by its true size while it is. Throws
 * `K_HTTP_TOO_LARGE`, and `K_HTTP_ENCODING` for a compressed body, whose true size only unpacking would tell.
 */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw encoded(encoding);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The body as JSON, `{}` when there is none. Throws as `readBytes` does, and `K_BAD_REQUEST`. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const bytes = await readBytes(request, maxBytes);
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new KoinonError({ code: 'K_BAD_REQUEST', message: 'The body is not JSON.', fault: 'user', cause });
  }
}

function tooLarge(maxBytes: number): KoinonError {
  return new KoinonError({
    code: 'K_HTTP_TOO_LARGE',
    message: `The body is larger than ${maxBytes} bytes.`,
    fault: 'user',
    data: { maxBytes },
    next: 'Send less, or split the file.',
  });
}

function encoded(encoding: string): KoinonError {
  return new KoinonError({
    code: 'K_HTTP_ENCODING',
    message: `The body is in the encoding "${encoding.slice(0, 40)}"; only plain bodies are read.`,
    fault: 'user',
    next: 'Send the body uncompressed.',
  });
}
