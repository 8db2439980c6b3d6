/**
 * The one message form on the pipes between host and child, both ways:
 * be32 length of the header ‖ header (JSON object with `sizes`) ‖ the files, one after the other.
 * Pure, because the child's bundle holds it too.
 */
export interface Message {
  /** Any JSON object; `sizes` is the codec's own. */
  header: Record<string, unknown>;
  files: Uint8Array[];
}

/** A message to send: a file may stand in parts. */
export interface OutgoingMessage {
  header: Record<string, unknown>;
  files: ReadonlyArray<Uint8Array | readonly Uint8Array[]>;
}

export interface MessageCaps {
  headerBytes: number;
  files: number;
  /** All files of one message together. */
  totalBytes: number;
}

/** The parts to write in order; files are not copied. */
export function encodeMessage(message: OutgoingMessage): Uint8Array[] {
  const header = new TextEncoder().encode(
    JSON.stringify({ ...message.header, sizes: message.files.map(sizeOf) }),
  );
  const prefix = new Uint8Array(4 + header.length);
  new DataView(prefix.buffer).setUint32(0, header.length);
  prefix.set(header, 4);
  return [prefix, ...message.files.flat().filter(part => part.length > 0)];
}

function sizeOf(file: Uint8Array | readonly Uint8Array[]): number {
  return file instanceof Uint8Array ? file.length : file.reduce((sum, part) => sum + part.length, 0);
}

/** Bytes that are no message, or a message above the caps. */
export class MessageError extends Error {
  override readonly name = 'MessageError';
}

/** Takes bytes as they arrive and gives the messages they complete. Throws `MessageError`; then the pipe is dead. */
export class MessageReader {
  readonly #caps: MessageCaps;
  /** What the part being read needs, and what has come of it. */
  #wanted = 4;
  #have = 0;
  #chunks: Uint8Array[] = [];
  #header: Record<string, unknown> | undefined;
  #sizes: number[] = [];
  #files: Uint8Array[] = [];
  #state: 'length' | 'header' | 'files' = 'length';

  constructor(caps: MessageCaps) {
    this.#caps = caps;
  }

  push(bytes: Uint8Array): Message[] {
    const done: Message[] = [];
    let offset = 0;
    while (offset < bytes.length) {
      const take = Math.min(this.#wanted - this.#have, bytes.length - offset);
      this.#chunks.push(bytes.subarray(offset, offset + take));
      this.#have += take;
      offset += take;
      while (this.#have === this.#wanted) {
        const message = this.#finishPart();
        if (message) done.push(message);
      }
    }
    return done;
  }

  #finishPart(): Message | undefined {
    const part = new Uint8Array(this.#wanted);
    let at = 0;
    for (const chunk of this.#chunks) {
      part.set(chunk, at);
      at += chunk.length;
    }
    this.#chunks = [];
    this.#have = 0;
    if (this.#state === 'length') {
      const length = new DataView(part.buffer).getUint32(0);
      if (length < 2 || length > this.#caps.headerBytes)
        throw new MessageError(`a header of ${length} bytes is announced`);
      this.#state = 'header';
      this.#wanted = length;
      return undefined;
    }
    if (this.#state === 'header') this.#startFiles(part);
    else this.#files.push(part);
    const next = this.#sizes[this.#files.length];
    if (next !== undefined) {
      this.#wanted = next;
      return undefined;
    }
    const message = { header: this.#header!, files: this.#files };
    this.#state = 'length';
    this.#wanted = 4;
    this.#files = [];
    return message;
  }

  #startFiles(part: Uint8Array): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(part));
    } catch {
      throw new MessageError('the header is not JSON');
    }
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
      throw new MessageError('the header is not an object');
    const { sizes, ...header } = parsed as Record<string, unknown>;
    if (!Array.isArray(sizes) || sizes.length > this.#caps.files)
      throw new MessageError('the header lists no files, or too many');
    let total = 0;
    for (const size of sizes) {
      if (!Number.isSafeInteger(size) || size < 0) throw new MessageError('a file size is not a count');
      total += size;
      if (total > this.#caps.totalBytes)
        throw new MessageError(`the files are larger than ${this.#caps.totalBytes} bytes`);
    }
    this.#header = header;
    this.#sizes = sizes;
    this.#files = [];
    this.#state = 'files';
  }
}
