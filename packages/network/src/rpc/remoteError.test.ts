import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asKoinonError, type Fault, KoinonError } from '@koinon/protocol';
import { errorForRemote, errorFromRemote } from './remoteError.ts';

const operator = `0x${'ab'.repeat(20)}` as const;

test('what the other machine got wrong is the peer’s fault here, and its own word is kept', () => {
  const seen = (fault: Fault) => errorFromRemote({ code: 'K_X', message: 'm', fault, data: {} }, operator);
  const faults = Object.fromEntries(
    (['user', 'peer', 'chain', 'platform', 'bug'] as const).map(fault => [fault, seen(fault).fault]),
  );
  assert.deepEqual(faults, { user: 'user', peer: 'peer', chain: 'chain', platform: 'peer', bug: 'peer' });
  assert.deepEqual(seen('bug').data, { remote: { operator, fault: 'bug' } });
});

test('a stranger’s text cannot drive a terminal or reverse a line', () => {
  const text = 'a\u001b[2Jb\u202ec\nd\u0000';
  const error = errorFromRemote(
    { code: 'K_X', message: text, fault: 'user', data: {}, next: text },
    operator,
  );
  assert.equal(error.message, 'a [2Jb c d ');
  assert.equal(error.next, 'a [2Jb c d ');
});

test('a stranger cannot say that the error came from another node', () => {
  const data = { remote: { operator: `0x${'00'.repeat(20)}`, fault: 'user' } };
  const error = errorFromRemote({ code: 'K_X', message: 'm', fault: 'bug', data }, operator);
  assert.deepEqual(error.data['remote'], { operator, fault: 'bug' });
});

test('unforeseen errors keep their message at home, wrapped or not; foreseen ones lose their cause', () => {
  for (const error of [
    new Error('secret'),
    'secret',
    asKoinonError(new Error('secret')),
    { toString: () => 'secret' },
  ]) {
    const record = errorForRemote(error);
    assert.equal(record.code, 'K_PEER_FAILED');
    assert.ok(!JSON.stringify(record).includes('secret'));
  }
  const foreseen = new KoinonError({
    code: 'K_X',
    message: 'said',
    fault: 'user',
    cause: new Error('secret'),
  });
  assert.deepEqual(errorForRemote(foreseen), { code: 'K_X', message: 'said', fault: 'user', data: {} });
});

test('long texts are cut so that the other side accepts the frame', () => {
  const record = errorForRemote(
    new KoinonError({ code: 'K_X', message: 'm'.repeat(9000), fault: 'user', next: 'n'.repeat(9000) }),
  );
  assert.equal(record.message.length, 2000);
  assert.equal(record.next?.length, 1000);
});
