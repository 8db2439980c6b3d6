import type { MiddlewareHandler } from 'hono';
import { busy } from './errors.ts';

/** Places for requests under way: at most `most`; further ones are told to come again. */
export class Slots {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes a place and returns what leaves it. Throws `K_BUSY` when all are taken. */
  take(): () => void {
    if (this.#taken >= this.#most) throw busy(`${this.#most} requests are under way`);
    this.#taken += 1;
    return () => {
      this.#taken -= 1;
    };
  }
}

/** Lets at most `most` requests be under way at once; further ones are told to come again. */
export function admission(most: number): MiddlewareHandler {
  const slots = new Slots(most);
  return async (_, next) => {
    const leave = slots.take();
    try {
      await next();
    } finally {
      leave();
    }
  };
}
