import { KoinonError } from '../errors.ts';

/** Standard base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** Bytes of standard base64 in its only form: padded, no spaces, no stray bits. Throws `K_BAD_BASE64`. */
export function fromBase64(text: string): Uint8Array {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0) {
    const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
    if (toBase64(bytes) === text) return bytes;
  }
  throw new KoinonError({ code: 'K_BAD_BASE64', message: 'Not standard base64.', fault: 'user' });
}
