import { after, type Clock } from '@koinon/protocol';

/** An ordered, reliable stream of bytes to and from one peer, as both wires give it. */
export interface Pipe {
  readonly closed: boolean;
  /** Sends; resolves when more may be sent. Throws `PipeClosed`. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Fills `target` and says true, or false when the peer ended before its first byte. One read at a time.
   * `onBytes` sees each piece as it arrives. Throws `PipeClosed` when the stream ends inside.
   */
  read(target: Uint8Array, onBytes?: (piece: Uint8Array) => void): Promise<boolean>;
  /** Closes at once; what was written and not sent is lost. */
  abort(reason: string): void;
  onClose(listener: () => void): void;
}

/** The stream is gone, whoever closed it. */
export class PipeClosed extends Error {
  override readonly name = 'PipeClosed';
}

/** Writes, and closes the stream when the peer leaves the bytes unread for that long. Throws `PipeClosed`. */
export async function writeWithin(
  pipe: Pipe,
  bytes: Uint8Array,
  timeoutMs: number,
  clock: Clock,
): Promise<void> {
  const cancel = after(clock, timeoutMs, () => pipe.abort('the peer does not read'));
  try {
    await pipe.write(bytes);
  } finally {
    cancel();
  }
}

interface Reading {
  target: Uint8Array;
  filled: number;
  onBytes: ((piece: Uint8Array) => void) | undefined;
  resolve(complete: boolean): void;
  reject(error: Error): void;
}

/** Bytes between the wire that pushes and the one reader that pulls; asks the wire to pause when it holds too many. */
export class ByteQueue {
  readonly #chunks: Uint8Array[] = [];
  readonly #highWaterBytes: number;
  readonly #flow: { pause(): void; resume(): void };
  #queuedBytes = 0;
  #paused = false;
  #ended = false;
  #failure: Error | undefined;
  #reading: Reading | undefined;

  constructor(highWaterBytes: number, flow: { pause(): void; resume(): void }) {
    this.#highWaterBytes = highWaterBytes;
    this.#flow = flow;
  }

  push(chunk: Uint8Array): void {
    if (this.#ended || this.#failure || chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#queuedBytes += chunk.length;
    this.#serve();
    if (this.#queuedBytes > this.#highWaterBytes && !this.#paused) {
      this.#paused = true;
      this.#flow.pause();
    }
  }

  /** No more bytes will come; those queued can still be read. */
  end(): void {
    this.#ended = true;
    this.#serve();
  }

  /** Drops what is queued and fails the reader. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#chunks.length = 0;
    this.#queuedBytes = 0;
    this.#serve();
  }

  read(target: Uint8Array, onBytes?: (piece: Uint8Array) => void): Promise<boolean> {
    if (this.#reading) throw new Error('Two reads at once.');
    return new Promise((resolve, reject) => {
      this.#reading = { target, filled: 0, onBytes, resolve, reject };
      this.#serve();
    });
  }

  #serve(): void {
    const reading = this.#reading;
    if (!reading) return;
    while (reading.filled < reading.target.length && this.#chunks.length > 0) this.#moveInto(reading);
    const settle = this.#outcomeOf(reading);
    if (settle) {
      this.#reading = undefined;
      settle();
    }
    if (this.#paused && this.#queuedBytes <= this.#highWaterBytes / 2) {
      this.#paused = false;
      this.#flow.resume();
    }
  }

  #moveInto(reading: Reading): void {
    const chunk = this.#chunks[0]!;
    const room = reading.target.length - reading.filled;
    const piece = chunk.length <= room ? chunk : chunk.subarray(0, room);
    reading.target.set(piece, reading.filled);
    reading.filled += piece.length;
    this.#queuedBytes -= piece.length;
    if (piece === chunk) this.#chunks.shift();
    else this.#chunks[0] = chunk.subarray(room);
    reading.onBytes?.(piece);
  }

  #outcomeOf(reading: Reading): (() => void) | undefined {
    if (reading.filled === reading.target.length) return () => reading.resolve(true);
    const failure = this.#failure;
    if (failure) return () => reading.reject(failure);
    if (!this.#ended) return undefined;
    if (reading.filled === 0) return () => reading.resolve(false);
    return () => reading.reject(new PipeClosed('The stream ended inside a message.'));
  }
}
