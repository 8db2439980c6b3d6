import { readSync, writeSync } from 'node:fs';
import { encodeMessage, type Message, MessageReader, type OutgoingMessage } from '../message.ts';

/** The child trusts its parent's sizes: they were checked before it was started. */
const caps = { headerBytes: 2 ** 24, files: 256, totalBytes: 2 ** 33 };
const reader = new MessageReader(caps);
const buffer = new Uint8Array(1 << 20);
const ready: Message[] = [];

/** The next message from the host; blocks. Ends the process when the host is gone. */
export function receive(): Message {
  for (;;) {
    const message = ready.shift();
    if (message) return message;
    const count = retry(() => readSync(0, buffer));
    if (count === 0) process.exit(0);
    ready.push(...reader.push(buffer.slice(0, count)));
  }
}

/** Blocks until the host has taken every byte. */
export function send(header: Record<string, unknown>, files: OutgoingMessage['files'] = []): void {
  for (const part of encodeMessage({ header, files })) {
    for (let offset = 0; offset < part.length; ) {
      offset += retry(() => writeSync(1, part, offset));
    }
  }
}

function retry(action: () => number): number {
  for (;;) {
    try {
      return action();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
