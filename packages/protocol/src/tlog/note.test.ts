import assert from 'node:assert/strict';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../../test/support.ts';
import {
  type Checkpoint,
  encodeCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
import {
  encodeVerifier,
  type NoteVerifier,
  noteKeyId,
  notePublicKey,
  openNote,
  parseNote,
  parseVerifier,
  signNote,
} from './note.ts';

/** From the documentation of golang.org/x/mod/sumdb/note. */
const GO_VERIFIER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const GO_SECRET = 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const GO_TEXT =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const GO_NOTE = `${GO_TEXT}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
/** A head of the Go checksum database, with a witness's signature under it. */
const SUMDB_VERIFIER = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';
const SUMDB_NOTE = `go.sum database tree
15067302
gJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=

— sum.golang.org Az3grp1rvWOs5NKlr/xR4GLN/CDyzzakmt1o61uSxYKpK1SerqOP2ClbX/peKUZjYnyomH5Xz7GZG3TpB7OeKn4E2ww=
— test.example.com qTGhC/xIPQ0AXKHK6Y+9ypRfuvMZWPjRXM8NiOg5M1WREn07VQXyuIXM3NRNav3ieVFLUqDRK77PWDmL6w8w84UqeAw=
`;

const refused = isCode('K_NOTE');

/** Reads a note with nothing but the platform's own cryptography: the obvious twin. */
function obviousOpen(note: string, name: string, publicKey: Uint8Array): string {
  const [, text, line] = /^([\s\S]*\n)\n— (.*)\n$/.exec(note)!;
  const [signer, encoded] = line!.split(' ');
  assert.equal(signer, name);
  const bytes = Buffer.from(encoded!, 'base64');
  const id = createHash('sha256')
    .update(name)
    .update('\n')
    .update(Uint8Array.of(1))
    .update(publicKey)
    .digest();
  assert.deepEqual(bytes.subarray(0, 4), id.subarray(0, 4));
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), publicKey]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  assert.ok(verify(null, Buffer.from(text!), key, bytes.subarray(4)));
  return text!;
}

/** Signs a note with nothing but the platform's own cryptography. */
function obviousSign(text: string, name: string, secret: Uint8Array): string {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const id = createHash('sha256').update(`${name}\n\u0001`).update(publicKey).digest().subarray(0, 4);
  return `${text}\n— ${name} ${Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64')}\n`;
}

const secret = fc.uint8Array({ minLength: 32, maxLength: 32 });
const origin = fc.stringMatching(/^[a-z0-9./]{1,40}$/);
const checkpoint: fc.Arbitrary<Checkpoint> = fc.record({
  origin,
  size: fc.maxSafeNat(),
  root: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

test('the note of the Go implementation opens, and signing its text gives the same note', () => {
  assert.equal(openNote(GO_NOTE, [parseVerifier(GO_VERIFIER)]), GO_TEXT);
  const secretKey = new Uint8Array(Buffer.from(GO_SECRET, 'base64').subarray(1));
  assert.equal(signNote(GO_TEXT, { name: 'PeterNeumann', secretKey }), GO_NOTE);
  assert.equal(encodeVerifier({ name: 'PeterNeumann', publicKey: notePublicKey(secretKey) }), GO_VERIFIER);
});

test('a head of the Go checksum database opens with its key; the witness it does not know is passed over', () => {
  const head = parseCheckpoint(openNote(SUMDB_NOTE, [parseVerifier(SUMDB_VERIFIER)]));
  assert.equal(head.origin, 'go.sum database tree');
  assert.equal(head.size, 15_067_302);
  assert.equal(parseNote(SUMDB_NOTE).signatures.length, 2);
  assert.throws(() => openNote(SUMDB_NOTE, [parseVerifier(GO_VERIFIER)]), refused);
});

test('checkpoints go there and back, also through the obvious twin', () => {
  fc.assert(
    fc.property(checkpoint, secret, (head, secretKey) => {
      const publicKey = notePublicKey(secretKey);
      const note = signCheckpoint(head, secretKey);
      assert.deepEqual(openCheckpoint(note, { name: head.origin, publicKey }), { ...head });
      assert.equal(obviousOpen(note, head.origin, publicKey), encodeCheckpoint(head));
      assert.equal(obviousSign(encodeCheckpoint(head), head.origin, secretKey), note);
    }),
    { numRuns: 20 },
  );
});

test('a note in which any one character is another is refused or says the same', () => {
  const verifier = parseVerifier(GO_VERIFIER);
  for (let at = 0; at < GO_NOTE.length; at++) {
    const other = GO_NOTE[at] === 'A' ? 'B' : 'A';
    const bad = GO_NOTE.slice(0, at) + other + GO_NOTE.slice(at + 1);
    assert.throws(() => openNote(bad, [verifier]), `character ${at}`);
  }
});

test('the signature of a key with another name, or of another key with the same name, is unknown', () => {
  const { publicKey } = parseVerifier(GO_VERIFIER);
  assert.throws(() => openNote(GO_NOTE, [{ name: 'Peter', publicKey }]), refused);
  const other = notePublicKey(new Uint8Array(32).fill(9));
  assert.throws(() => openNote(GO_NOTE, [{ name: 'PeterNeumann', publicKey: other }]), refused);
});

test('one wrong signature of a known key spoils the note, whatever else is under it', () => {
  const name = 'example.com/log';
  const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  const keys: NoteVerifier[] = [one, two].map(secretKey => ({ name, publicKey: notePublicKey(secretKey) }));
  const lineOf = (text: string, secretKey: Uint8Array) =>
    signNote(text, { name, secretKey }).split('\n\n')[1]!;
  const good = signNote('a\n', { name, secretKey: one }) + lineOf('a\n', two);
  const bad = signNote('a\n', { name, secretKey: one }) + lineOf('b\n', two);
  assert.equal(openNote(good, keys), 'a\n');
  assert.equal(openNote(bad, [keys[0]!]), 'a\n');
  assert.throws(() => openNote(bad, keys), refused);
});

test('what is no note is refused', () => {
  const [text, line] = GO_NOTE.split('\n\n') as [string, string];
  for (const bad of [
    '',
    '\n',
    '\n\n',
    text,
    `${text}\n`,
    `${text}\n\n`,
    `${text}\n\n${line.trimEnd()}`,
    `${text}\n\n${line}${line}x\n`,
    `${text}\n\n${line.replace('—', '-')}`,
    `${text}\n\n${line.replace('=', '')}`,
    `${text}\n\n${line.replace(' x08', '  x08')}`,
    `${text}\n\n— PeterNeumann AAAA\n`,
    `${text}\u0000\n\n${line}`,
    `${text}\r\n\n${line}`,
    `${text}\n\n${line.repeat(65)}`,
  ]) {
    assert.throws(() => openNote(bad, [parseVerifier(GO_VERIFIER)]), JSON.stringify(bad));
  }
  fc.assert(
    fc.property(fc.string(), bad => assert.throws(() => openNote(bad, [parseVerifier(GO_VERIFIER)]))),
  );
});

test('a verifier key whose hash is not its own, or of another kind, is refused', () => {
  const [name, id, key] = GO_VERIFIER.split('+', 3) as [string, string, string];
  const rest = GO_VERIFIER.slice(`${name}+${id}+`.length);
  for (const bad of [
    '',
    name,
    `${name}+${id}`,
    `${name}+00000000+${rest}`,
    `Other+${id}+${rest}`,
    `${name}+${id}+Ah${rest.slice(2)}`,
    `${name}+${id}+${key.slice(4)}`,
    `a b+${id}+${rest}`,
  ]) {
    assert.throws(() => parseVerifier(bad), bad);
  }
  assert.throws(() => noteKeyId({ name: 'a+b', publicKey: new Uint8Array(32) }), refused);
  assert.throws(() => noteKeyId({ name: 'a b', publicKey: new Uint8Array(32) }), refused);
});

test('a checkpoint has one spelling: no zeros in front, nothing missing, nothing empty', () => {
  const good = 'log\n7\ngJyioq6dwR9n+NjEWORfYmH+ubeYm3kH42BBQ0bTpYI=\n';
  assert.equal(encodeCheckpoint(parseCheckpoint(good)), good);
  assert.deepEqual(parseCheckpoint(`${good}more\n`).extensions, ['more']);
  assert.equal(encodeCheckpoint(parseCheckpoint(`${good}more\n`)), `${good}more\n`);
  for (const bad of [
    '',
    'log\n7\n',
    good.slice(0, -1),
    good.replace('7', '07'),
    good.replace('7', '-7'),
    good.replace('7', '7.0'),
    good.replace('7', '9007199254740992'),
    good.replace('log', ''),
    good.replace('I=', ''),
    good.replace('I=', 'J='),
    `${good}\n`,
    `${good}\nmore\n`,
  ]) {
    assert.throws(() => parseCheckpoint(bad), JSON.stringify(bad));
  }
  assert.throws(() => encodeCheckpoint({ origin: 'a\nb', size: 0, root: new Uint8Array(32) }));
});

test('a checkpoint of one log is not taken for another that has the same key', () => {
  const secretKey = new Uint8Array(32).fill(5);
  const publicKey = notePublicKey(secretKey);
  const body = encodeCheckpoint({ origin: 'one', size: 1, root: new Uint8Array(32) });
  const note = signNote(body, { name: 'two', secretKey });
  assert.throws(() => openCheckpoint(note, { name: 'two', publicKey }), isCode('K_CHECKPOINT'));
});
