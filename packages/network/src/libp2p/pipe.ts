import type { Stream } from '@libp2p/interface';
import { ByteQueue, type Pipe, PipeClosed } from '../pipe.ts';

/** Bytes of one stream held before the other side is made to wait. */
const HIGH_WATER_BYTES = 2 << 20;

/** A libp2p stream as a pipe. */
export function pipeOfStream(stream: Stream): Pipe {
  const queue = new ByteQueue(HIGH_WATER_BYTES, {
    pause: () => stream.readStatus === 'readable' && stream.pause(),
    // Not from inside the event that is delivering: a resume there would deliver the rest out of order.
    resume: () => queueMicrotask(() => stream.readStatus === 'paused' && stream.resume()),
  });
  const listeners: (() => void)[] = [];
  let closed = stream.status !== 'open';
  const onClosed = () => {
    if (closed) return;
    closed = true;
    queue.end();
    for (const listener of listeners.splice(0)) listener();
  };
  stream.addEventListener('message', ({ data }) => {
    for (const chunk of data instanceof Uint8Array ? [data] : data) queue.push(chunk);
  });
  stream.addEventListener('end', () => queue.end());
  stream.addEventListener('close', onClosed);
  // A quick peer may have said all, or gone, before the listeners stood.
  if (closed || stream.readableEnded) queue.end();

  return {
    get closed() {
      return closed;
    },
    async write(bytes) {
      if (closed) throw new PipeClosed('The stream is closed.');
      try {
        if (stream.send(bytes)) return;
      } catch (cause) {
        throw new PipeClosed('The stream is closed.', { cause });
      }
      await drained(stream);
      if (closed) throw new PipeClosed('The stream is closed.');
    },
    read: (target, onBytes) => queue.read(target, onBytes),
    abort(reason) {
      if (closed) return;
      queue.fail(new PipeClosed(reason));
      stream.abort(new PipeClosed(reason));
      onClosed();
    },
    onClose(listener) {
      if (closed) listener();
      else listeners.push(listener);
    },
  };
}

/** Resolves when the stream takes more, or is closed. The stream's own `onDrain` waits only the first time (libp2p 3.3). */
async function drained(stream: Stream): Promise<void> {
  while (stream.status === 'open' && stream.writableNeedsDrain) {
    await new Promise<void>(resolve => {
      const wake = () => {
        stream.removeEventListener('drain', wake);
        stream.removeEventListener('close', wake);
        resolve();
      };
      stream.addEventListener('drain', wake);
      stream.addEventListener('close', wake);
    });
    // The stream itself goes on sending in a microtask after the event and may fill up again.
    await Promise.resolve();
  }
}
