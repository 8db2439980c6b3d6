import { randomInt } from 'node:crypto';

const USUAL = 1;

/** The seed that `KOINON_SEED` asks for: 31 bits, the usual one unless told, a fresh one for `random`. */
export function seedOf(text: string | undefined): number {
  if (text === undefined || text === '') return USUAL;
  if (text === 'random') return randomInt(2 ** 31);
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 31) return Number(text);
  throw new Error(`KOINON_SEED cannot be "${text}". Give a number below 2^31, or "random".`);
}
