import { KoinonError } from '../errors.ts';
import { fromBase64, toBase64 } from './base64.ts';
import { type NoteVerifier, openNote, signNote } from './note.ts';

/** A tree head as C2SP tlog-checkpoint has it. */
export interface Checkpoint {
  /** Names the log, for ever; one line, not empty. */
  origin: string;
  /** Entries in the log. */
  size: number;
  /** RFC 6962 root, 32 bytes. */
  root: Uint8Array;
  /** Lines that mean nothing to this format. */
  extensions?: readonly string[];
}

/** The lines of a checkpoint: what its signature is over. */
export function encodeCheckpoint({ origin, size, root, extensions = [] }: Checkpoint): string {
  const isRight =
    Number.isSafeInteger(size) &&
    size >= 0 &&
    root.length === 32 &&
    [origin, ...extensions].every(line => line !== '' && !line.includes('\n'));
  if (!isRight) throw badCheckpoint('its parts are out of range');
  return [origin, String(size), toBase64(root), ...extensions, ''].join('\n');
}

/** The checkpoint in the text of a note. Throws `K_CHECKPOINT`. */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = text.split('\n');
  const [origin, size, root] = lines;
  const extensions = lines.slice(3, -1);
  if (!origin || !size || !root || lines.at(-1) !== '' || extensions.includes('')) {
    throw badCheckpoint('it does not have three lines that say something');
  }
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) {
    throw badCheckpoint('its size is no number of entries');
  }
  if (!/^[A-Za-z0-9+/]{43}=$/.test(root)) throw badCheckpoint('its root is not 32 bytes');
  const checkpoint = { origin, size: Number(size), root: fromBase64(root) };
  return extensions.length > 0 ? { ...checkpoint, extensions } : checkpoint;
}

/** The checkpoint as a note signed by the log's key, whose name is the origin. */
export function signCheckpoint(checkpoint: Checkpoint, secretKey: Uint8Array): string {
  return signNote(encodeCheckpoint(checkpoint), { name: checkpoint.origin, secretKey });
}

/** The checkpoint of a note that the log's key signed. Throws `K_NOTE`, and `K_CHECKPOINT` for another log's. */
export function openCheckpoint(note: string, log: NoteVerifier): Checkpoint {
  const checkpoint = parseCheckpoint(openNote(note, [log]));
  if (checkpoint.origin !== log.name) throw badCheckpoint('it is of another log');
  return checkpoint;
}

function badCheckpoint(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_CHECKPOINT',
    message: `This is no checkpoint: ${reason}.`,
    fault: 'peer',
  });
}
