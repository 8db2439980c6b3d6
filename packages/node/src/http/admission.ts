import type { MiddlewareHandler } from 'hono';
import { busy } from './errors.ts';

/** Lets at most `most` requests be under way at once; further ones are told to come again. */
export function admission(most: number): MiddlewareHandler {
  let underWay = 0;
  return async (_, next) => {
    if (underWay >= most) throw busy(`${most} requests are under way`);
    underWay += 1;
    try {
      await next();
    } finally {
      underWay -= 1;
    }
  };
}
