import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hex, sha256, toHex, utf8, ZERO_32 } from '@koinon/protocol';
import type { AppendRequest } from '../src/index.ts';

/** A folder of its own for one test, removed with it. */
export function testFolder(context: { after(work: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-store-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function digestOfText(text: string): Hex {
  return toHex(sha256(utf8.encode(text)));
}

/** What a test signer returns: recognisable, of the right length, a function of the message alone. */
export async function stubSign(message: object): Promise<{ digest: Hex; signature: Hex }> {
  const digest = digestOfText(
    JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
  );
  return { digest, signature: `${digest}${digest.slice(2)}1b` };
}

/** A request to log a receipt for the order of this name. */
export function receiptRequest(
  name: string,
  overrides: Partial<AppendRequest<'Receipt'>> = {},
): AppendRequest<'Receipt'> {
  const order = digestOfText(name);
  return {
    key: `receipt:${order}`,
    type: 'Receipt',
    salt: ZERO_32,
    message: index => ({
      manifest: digestOfText('manifest'),
      order,
      provider: `0x${'11'.repeat(20)}`,
      execution: digestOfText(`execution of ${name}`),
      output: digestOfText('output'),
      verdict: ZERO_32,
      token: `0x${'22'.repeat(20)}`,
      amount: 2n ** 128n - 1n,
      logIndex: index,
      anchorBy: 2n ** 64n - 1n,
    }),
    sign: stubSign,
    ...overrides,
  };
}
