import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asKoinonError, KoinonError } from './errors.ts';

test('an error crosses a wire without its cause', () => {
  const error = new KoinonError({
    code: 'K_TEST',
    message: 'It happened.',
    fault: 'peer',
    data: { size: 3 },
    next: 'Try again.',
    cause: new Error('a secret path'),
  });
  assert.deepEqual(JSON.parse(JSON.stringify(error)), {
    code: 'K_TEST',
    message: 'It happened.',
    fault: 'peer',
    data: { size: 3 },
    next: 'Try again.',
  });
  assert.ok(error instanceof Error && error.cause instanceof Error);
});

test('anything unforeseen is our fault, and keeps what it said', () => {
  const known = new KoinonError({ code: 'K_TEST', message: 'x', fault: 'user' });
  assert.equal(asKoinonError(known), known);
  const unknown = asKoinonError(new TypeError('boom'));
  assert.equal(unknown.code, 'K_UNEXPECTED');
  assert.equal(unknown.fault, 'bug');
  assert.equal(unknown.message, 'boom');
  assert.equal(asKoinonError('text').message, 'text');
});
