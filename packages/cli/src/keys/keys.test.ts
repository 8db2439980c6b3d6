import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encryptKey } from '@koinon/node/process';
import type { Input } from '../commands/surroundings.ts';
import { type Typed, type } from '../testing/typed.ts';

const folder = mkdtempSync(join(tmpdir(), 'koinon-keys-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const password = file('password', 'correct horse\n');
const wrong = file('wrong', 'battery staple\n');
// The first account of the mnemonic every developer knows; it guards nothing.
const KEY = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const ADDRESS = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266';

const keys = (words: string[], stdin?: Input): Promise<Typed> =>
  type(['keys', ...words], {
    workingFolder: folder,
    environment: { KOINON_HOME: folder },
    ...(stdin ? { stdin } : {}),
  });

/** A terminal at which a person types; `shown` is whether the typing could be seen. */
function terminal(typing: string): Input & { raw: boolean[] } {
  const chunks = typing.match(/[^\r]*\r|[^\r]+/g) ?? [];
  const raw: boolean[] = [];
  return {
    isTTY: true,
    raw,
    setRawMode: isRaw => raw.push(isRaw),
    on: (_, hear) => queueMicrotask(() => hear(Buffer.from(chunks.shift() ?? '\u0003'))),
    removeListener: () => undefined,
    resume: () => undefined,
    pause: () => undefined,
  };
}

test('a key goes in, lies there encrypted for its owner only, and comes out with its password alone', async () => {
  const bare = file('bare', `${KEY}\n`);
  const added = await keys(['import', 'dev', '--key-file', bare, '--password-file', password, '--json']);
  assert.equal(added.code, 0, added.stderr);
  const { address, path } = added.json() as { address: string; path: string };
  assert.equal(address, ADDRESS);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'keys')).mode & 0o777, 0o700);
  const stored = readFileSync(path, 'utf8');
  assert.equal(stored.toLowerCase().includes(KEY.slice(2)), false);
  assert.equal((JSON.parse(stored) as { version: number }).version, 3);
  const out = await keys(['export', 'dev', '--private-key', '--password-file', password]);
  assert.equal(out.stdout.trim(), KEY);
  const refused = await keys(['export', 'dev', '--private-key', '--password-file', wrong]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /K_PASSWORD/);
  assert.equal(refused.stdout, '');
  assert.equal((await keys(['address', 'dev'])).stdout.trim(), ADDRESS);
  assert.deepEqual((await keys(['export', 'dev', '--json'])).json(), JSON.parse(stored));
  assert.match((await keys(['ls'])).stdout, new RegExp(`dev +${ADDRESS}`));
});

test('a key that is there is never written over', async () => {
  await keys(['new', 'once', '--password-file', password]);
  const before = readFileSync(join(folder, 'keys/once.json'), 'utf8');
  const again = await keys(['new', 'once', '--password-file', password]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /K_KEY_EXISTS/);
  assert.equal(readFileSync(join(folder, 'keys/once.json'), 'utf8'), before);
});

test('a keystore of another program is taken over with its password, and only if it opens', async () => {
  const foreign = file('foreign.json', JSON.stringify(await encryptKey(KEY, 'correct horse', 2 ** 10)));
  const refused = await keys(['import', 'f', '--keystore', foreign, '--password-file', wrong]);
  assert.match(refused.stderr, /K_PASSWORD/);
  assert.equal((await keys(['import', 'f', '--keystore', foreign, '--password-file', password])).code, 0);
  assert.deepEqual(
    JSON.parse(readFileSync(join(folder, 'keys/f.json'), 'utf8')),
    JSON.parse(readFileSync(foreign, 'utf8')),
  );
  const lying = JSON.parse(readFileSync(foreign, 'utf8')) as { address: string };
  lying.address = '11'.repeat(20);
  const other = await keys([
    ...['import', 'g', '--keystore', file('lying.json', JSON.stringify(lying))],
    ...['--password-file', password],
  ]);
  assert.match(other.stderr, /K_KEYSTORE_ADDRESS/);
});

test('what is no private key is refused without being repeated', async () => {
  const zero = '0'.repeat(64);
  for (const text of [zero, 'f'.repeat(64), KEY.slice(0, -1), 'correct horse battery staple', '']) {
    const bare = file('bad', text);
    const typed = await keys(['import', 'bad', '--key-file', bare, '--password-file', password]);
    assert.equal(typed.code, 1, text);
    assert.match(typed.stderr, /K_KEY_FORMAT/);
    assert.equal(text !== '' && typed.stderr.includes(text), false);
  }
});

test('a password is typed twice without being shown, backspace works, and Ctrl-C leaves nothing', async () => {
  const good = terminal('secrex\u007ft\rsecret\r');
  const made = await keys(['new', 'typed'], good);
  assert.equal(made.code, 0, made.stderr);
  assert.equal(made.stderr.includes('secret') || made.stdout.includes('secret'), false);
  assert.deepEqual(good.raw, [true, false, true, false]);
  const opened = await keys(['export', 'typed', '--private-key'], terminal('secret\r'));
  assert.equal(opened.code, 0, opened.stderr);
  const differing = await keys(['new', 'other'], terminal('secret\rsecrets\r'));
  assert.equal(differing.code, 2);
  const stopped = await keys(['new', 'other'], terminal('secret\u0003'));
  assert.equal(stopped.code, 130);
  const empty = await keys(['new', 'other'], terminal('\r\r'));
  assert.equal(empty.code, 2);
  assert.match((await keys(['address', 'other'])).stderr, /K_KEY_UNKNOWN/);
});

test('where nobody can be asked, the command says what to give instead', async () => {
  const typed = await keys(['new', 'unattended']);
  assert.equal(typed.code, 1);
  assert.match(typed.stderr, /K_NO_TERMINAL[\s\S]*--password-file/);
});

test('a name cannot lead out of the folder', async () => {
  for (const name of ['../up', 'a/b', '.hidden', 'A', '']) {
    assert.equal((await keys(['new', name, '--password-file', password])).code, 2, name);
  }
});
