import { ed25519 } from '@noble/curves/ed25519.js';
import { concatBytes, equalBytes, fromHex, sha256, toHex, utf8 } from '../bytes.ts';
import { KoinonError } from '../errors.ts';
import { fromBase64, toBase64 } from './base64.ts';

/** Signed notes as C2SP signed-note has them, with Ed25519 signatures (type 1) and no others. */
const ED25519 = 1;
const KEY_ID_BYTES = 4;
/** More signatures than this are not looked at; the format asks readers for sixteen. */
const SIGNATURES_MAX = 64;
const NOTE_MAX_CHARACTERS = 65_536;
const LINE_START = '\u2014 ';

/** A key as its owner names it: no spaces and no `+` in the name. */
export interface NoteVerifier {
  name: string;
  /** Ed25519, 32 bytes. */
  publicKey: Uint8Array;
}

export interface NoteSignature {
  name: string;
  /** Names key and algorithm, 4 bytes. */
  keyId: Uint8Array;
  /** What follows the key id: 64 bytes for Ed25519, anything for others. */
  signature: Uint8Array;
}

/** A note as it reads before any signature was checked: the text is a stranger's until `openNote`. */
export interface UncheckedNote {
  text: string;
  signatures: NoteSignature[];
}

/** The public half of an Ed25519 secret (the 32-byte seed of RFC 8032). */
export function notePublicKey(secretKey: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(secretKey);
}

/** First 4 bytes of sha256(name ‖ newline ‖ 1 ‖ public key). Throws `K_NOTE` for a name that no key may have. */
export function noteKeyId({ name, publicKey }: NoteVerifier): Uint8Array {
  if (name === '' || /[\s+]/u.test(name) || hasControl(name)) throw badNote('the key has no proper name');
  if (publicKey.length !== 32) throw badNote('an Ed25519 key has 32 bytes');
  return sha256(utf8.encode(`${name}\n`), Uint8Array.of(ED25519), publicKey).subarray(0, KEY_ID_BYTES);
}

/** `name+hash+key`, as verifiers are configured: key id in hex, type byte and public key in base64. */
export function encodeVerifier(verifier: NoteVerifier): string {
  const id = toHex(noteKeyId(verifier)).slice(2);
  return `${verifier.name}+${id}+${toBase64(concatBytes(Uint8Array.of(ED25519), verifier.publicKey))}`;
}

/** The key in `name+hash+key`. Throws `K_NOTE` when the hash is not its own, or it is no Ed25519 key. */
export function parseVerifier(text: string): NoteVerifier {
  const [, name, id, key] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  if (name === undefined || id === undefined || key === undefined) throw badNote('it is no verifier key');
  const bytes = fromBase64(key);
  const verifier = { name, publicKey: bytes.subarray(1) };
  const isOwn = bytes[0] === ED25519 && equalBytes(noteKeyId(verifier), fromHex(id));
  if (!isOwn) throw badNote('its hash is of another key');
  return verifier;
}

/** The text, which must end in a newline, with one signature under it. */
export function signNote(text: string, { name, secretKey }: { name: string; secretKey: Uint8Array }): string {
  requireText(text);
  const keyId = noteKeyId({ name, publicKey: notePublicKey(secretKey) });
  const signature = ed25519.sign(utf8.encode(text), secretKey);
  return `${text}\n${LINE_START}${name} ${toBase64(concatBytes(keyId, signature))}\n`;
}

/** Takes a note apart. Throws `K_NOTE` unless it is well formed. */
export function parseNote(note: string): UncheckedNote {
  if (note.length > NOTE_MAX_CHARACTERS) throw badNote('it is too long');
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !note.endsWith('\n')) throw badNote('no signatures follow a blank line');
  const text = note.slice(0, end + 1);
  requireText(text);
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > SIGNATURES_MAX) throw badNote('it has too many signatures');
  return { text, signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const [name, encoded, ...rest] = line.startsWith(LINE_START)
    ? line.slice(LINE_START.length).split(' ')
    : [];
  if (!name || /[\s+]/u.test(name) || hasControl(name) || !encoded || rest.length > 0) {
    throw badNote('a signature line is malformed');
  }
  const bytes = fromBase64(encoded);
  if (bytes.length <= KEY_ID_BYTES) throw badNote('a signature is empty');
  return { name, keyId: bytes.subarray(0, KEY_ID_BYTES), signature: bytes.subarray(KEY_ID_BYTES) };
}

/**
 * The text of a note that at least one of the keys signed. Signatures of unknown keys are passed over. Throws `K_NOTE`
 * for a malformed note, and when no known key signed or the signature of a known one is wrong.
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): string {
  const { text, signatures } = parseNote(note);
  const known = verifiers.map(verifier => ({ ...verifier, id: noteKeyId(verifier) }));
  let isSigned = false;
  for (const { name, keyId, signature } of signatures) {
    const key = known.find(candidate => candidate.name === name && equalBytes(candidate.id, keyId));
    if (!key) continue;
    const isRight =
      signature.length === 64 &&
      ed25519.verify(signature, utf8.encode(text), key.publicKey, { zip215: false });
    if (!isRight) throw badNote(`the signature of ${name} is wrong`);
    isSigned = true;
  }
  if (!isSigned) throw badNote('no known key signed it');
  return text;
}

function requireText(text: string): void {
  if (!text.endsWith('\n')) throw badNote('its text does not end in a newline');
  if (hasControl(text.replaceAll('\n', ''))) throw badNote('it has control characters');
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 32) return true;
  return false;
}

function badNote(reason: string): KoinonError {
  return new KoinonError({ code: 'K_NOTE', message: `The note is refused: ${reason}.`, fault: 'peer' });
}
