import { decodeNode, type Passport, passportSchema } from '@koinon/protocol';

/** The passport in these bytes. Throws `K_BAD_ENCODING` or a schema's error. */
export function readPassport(bytes: Uint8Array): Passport {
  return passportSchema.parse(decodeNode(bytes));
}
