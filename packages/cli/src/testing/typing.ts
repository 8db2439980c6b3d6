import type { Input } from '../commands/surroundings.ts';

/** Somebody at a terminal who types what is asked for, or something else. */
export function typing(text: string): Input {
  let hear: ((chunk: Buffer) => void) | undefined;
  return {
    isTTY: true,
    setRawMode: () => undefined,
    on: (_, listener) => {
      hear = listener;
      queueMicrotask(() => hear?.(Buffer.from(text)));
    },
    removeListener: () => {
      hear = undefined;
    },
    resume: () => undefined,
    pause: () => undefined,
  };
}
