import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestView } from '../api/answers.ts';
import { approvalTyped } from './approvalTyped.ts';

const terms = `0x${'1'.repeat(64)}` as const;
const shown = {
  status: 'pending',
  request: { message: { terms, bits: '1230', uses: 2 } },
  bound: { bits: 1230, opaqueBits: 0, terms: [] },
  refusals: [],
  manifest: {},
} as unknown as RequestView;
const same = async () => terms;

test('what is sent is what was shown, once its bits were typed', async () => {
  for (const bits of ['1230', ' 1,230 bits ', '1230 bits'])
    assert.deepEqual(await approvalTyped(shown, { bits, opaqueBits: '' }, same), {
      terms,
      bits: '1230',
      uses: 2,
    });
  for (const bits of ['', '123', '12300', 'yes', '1230x'])
    await assert.rejects(approvalTyped(shown, { bits, opaqueBits: '' }, same), /type 1230/);
});

test('files that leave as they are need their bits typed too', async () => {
  const opaque = { ...shown, bound: { bits: 1230, opaqueBits: 801, terms: [] } };
  await assert.rejects(approvalTyped(opaque, { bits: '1230', opaqueBits: '' }, same), /type 801 too/);
  const body = await approvalTyped(opaque, { bits: '1230', opaqueBits: '801' }, same);
  assert.equal(body.confirmBits, 801);
});

test('nothing is sent where another job was shown, or there is nothing to grant', async () => {
  const typed = { bits: '1230', opaqueBits: '' };
  await assert.rejects(
    approvalTyped(shown, typed, async () => `0x${'2'.repeat(64)}`),
    /not the one a grant would be for/,
  );
  await assert.rejects(approvalTyped({ ...shown, status: 'revoked' }, typed, same), /is revoked/);
  await assert.rejects(
    approvalTyped({ ...shown, refusals: [{ code: 'K_BITS', message: 'Too many bits.' }] }, typed, same),
    /Too many bits/,
  );
});
