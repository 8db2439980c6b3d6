import assert from 'node:assert/strict';
import { KoinonError } from '@koinon/protocol/errors';

/** Asserts that the promise is refused by the contracts under this name; answers the values that came with it. */
export async function refused(
  promise: Promise<unknown>,
  name: string,
): Promise<Readonly<Record<string, unknown>>> {
  const error = await promise.then(
    () => assert.fail(`expected ${name}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof KoinonError, `expected ${name}, got ${String(error)}`);
  assert.equal(error.code, 'K_CHAIN_REVERTED', error.message);
  assert.equal(error.data['error'], name, error.message);
  assert.ok(error.next);
  return error.data;
}
