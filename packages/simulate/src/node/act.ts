import type { Hex } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol';
import type { World } from './world.ts';

/** Sends a transaction and notes its gas as spent about `accused`; undefined when the chain refused it. */
export async function act<T>(
  world: World,
  action: string,
  accused: Hex | undefined,
  write: () => Promise<T>,
): Promise<T | undefined> {
  try {
    const result = await write();
    world.gas.note(action, accused);
    return result;
  } catch (error) {
    // Somebody was quicker, or too late: the honest node goes on, and the table shows how often.
    if (!(error instanceof KoinonError)) throw error;
    const key = `${action} ${String(error.data['error'] ?? error.code)}`;
    world.refused.set(key, (world.refused.get(key) ?? 0) + 1);
    return undefined;
  }
}
