import { ByteQueue, type Pipe, PipeClosed } from '../pipe.ts';

/** Bytes that may wait unread at the other side before a writer waits. */
const HIGH_WATER_BYTES = 2 << 20;

/** How the hub carries what one end does to the other end. */
export interface Carrier {
  /** Takes bytes to the other end, or breaks the pipe. */
  carry(bytes: Uint8Array, deliver: () => void): void;
  /** Takes the news that this end closed. */
  carryClose(deliver: () => void): void;
}

/** One end of a stream in memory. */
export class MemoryPipe implements Pipe {
  readonly #queue: ByteQueue;
  readonly #listeners: (() => void)[] = [];
  #carrier: Carrier | undefined;
  #other: MemoryPipe | undefined;
  #flooded = false;
  #drained: (() => void)[] = [];
  closed = false;

  constructor() {
    this.#queue = new ByteQueue(HIGH_WATER_BYTES, {
      pause: () => this.#other?.block(),
      resume: () => this.#other?.unblock(),
    });
  }

  connect(other: MemoryPipe, carrier: Carrier): void {
    this.#other = other;
    this.#carrier = carrier;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.closed) throw new PipeClosed('The stream is closed.');
    const copy = bytes.slice();
    this.#carrier?.carry(copy, () => this.#other?.receive(copy));
    if (this.#flooded && !this.closed) await new Promise<void>(resolve => this.#drained.push(resolve));
    if (this.closed) throw new PipeClosed('The stream is closed.');
  }

  read(target: Uint8Array, onBytes?: (piece: Uint8Array) => void): Promise<boolean> {
    return this.#queue.read(target, onBytes);
  }

  abort(_reason: string): void {
    if (this.closed) return;
    this.#carrier?.carryClose(() => this.#other?.break('The peer closed the stream.'));
    this.break('The stream was closed.');
  }

  onClose(listener: () => void): void {
    if (this.closed) listener();
    else this.#listeners.push(listener);
  }

  receive(bytes: Uint8Array): void {
    this.#queue.push(bytes);
  }

  block(): void {
    this.#flooded = true;
  }

  unblock(): void {
    this.#flooded = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** The end of this end. */
  break(reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.#queue.fail(new PipeClosed(reason));
    this.unblock();
    for (const listener of this.#listeners.splice(0)) listener();
  }
}
