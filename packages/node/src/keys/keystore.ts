import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  randomUUID,
  scrypt as scryptCallback,
} from 'node:crypto';
import { promisify } from 'node:util';
import { equalBytes, fromHex, type Hex, KoinonError, keySigner, toHex } from '@koinon/protocol';
import { keccak256 } from 'viem/utils';
import { z } from 'zod';

const scrypt = promisify(
  (
    password: string,
    salt: Uint8Array,
    length: number,
    options: { N: number; r: number; p: number; maxmem: number },
    callback: (error: Error | null, key: Buffer) => void,
  ) => scryptCallback(password, salt, length, options, callback),
);

/** Cost of a new keystore: 2^17 · 8 · 1 takes 0.4 s and 128 MiB; what the field uses for keys that hold money. */
const SCRYPT_N = 2 ** 17;
/** Keys of a local network guard play money only, and six of them open at every start. */
export const LOCAL_SCRYPT_N = 2 ** 12;
const SCRYPT_N_MAX = 2 ** 20;

const hexText = z.string().regex(/^([0-9a-f]{2})*$/i);
/** Web3 Secret Storage, version 3, with scrypt: what Foundry, geth and ethers read and write. */
export const keystoreSchema = z.object({
  version: z.literal(3),
  id: z.string(),
  address: z.string().regex(/^(0x)?[0-9a-f]{40}$/i),
  crypto: z.object({
    cipher: z.literal('aes-128-ctr'),
    ciphertext: hexText.max(128),
    cipherparams: z.object({ iv: hexText.length(32) }),
    kdf: z.literal('scrypt'),
    kdfparams: z.object({
      dklen: z.literal(32),
      n: z.number().int().min(2).max(SCRYPT_N_MAX),
      r: z.number().int().min(1).max(16),
      p: z.number().int().min(1).max(16),
      salt: hexText.max(128),
    }),
    mac: hexText.length(64),
  }),
});
export type Keystore = z.infer<typeof keystoreSchema>;

export function createPrivateKey(): Hex {
  return toHex(randomBytes(32));
}

/** Encrypts a private key under a password. */
export async function encryptKey(privateKey: Hex, password: string, n = SCRYPT_N): Promise<Keystore> {
  const salt = randomBytes(32);
  const iv = randomBytes(16);
  const key = await deriveKey(password, salt, { n, r: 8, p: 1 });
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), iv);
  const ciphertext = Buffer.concat([cipher.update(fromHex(privateKey)), cipher.final()]);
  return {
    version: 3,
    id: randomUUID(),
    address: keySigner(privateKey).address.slice(2),
    crypto: {
      cipher: 'aes-128-ctr',
      ciphertext: ciphertext.toString('hex'),
      cipherparams: { iv: iv.toString('hex') },
      kdf: 'scrypt',
      kdfparams: { dklen: 32, n, r: 8, p: 1, salt: salt.toString('hex') },
      mac: macOf(key, ciphertext).slice(2),
    },
  };
}

/** The private key of a keystore. Throws `K_PASSWORD` when the password is not its own. */
export async function decryptKey(keystore: Keystore, password: string): Promise<Hex> {
  const { crypto } = keystore;
  const { n, r, p, salt } = crypto.kdfparams;
  const key = await deriveKey(password, Buffer.from(salt, 'hex'), { n, r, p });
  const ciphertext = Buffer.from(crypto.ciphertext, 'hex');
  if (!equalBytes(fromHex(macOf(key, ciphertext)), fromHex(crypto.mac))) {
    throw new KoinonError({
      code: 'K_PASSWORD',
      message: 'The password does not open this keystore.',
      fault: 'user',
      next: 'Check the password; keys cannot be recovered without it.',
    });
  }
  const iv = Buffer.from(crypto.cipherparams.iv, 'hex');
  const decipher = createDecipheriv('aes-128-ctr', key.subarray(0, 16), iv);
  return toHex(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
}

async function deriveKey(
  password: string,
  salt: Uint8Array,
  { n, r, p }: { n: number; r: number; p: number },
): Promise<Buffer> {
  return scrypt(password.normalize('NFKC'), salt, 32, { N: n, r, p, maxmem: 256 * n * r });
}

function macOf(key: Buffer, ciphertext: Uint8Array): Hex {
  return keccak256(Buffer.concat([key.subarray(16, 32), ciphertext]));
}
