import { decryptKey, encryptKey, keystoreSchema, readJson } from '@koinon/node/process';
import { type Hex, KoinonError, keySigner } from '@koinon/protocol';
import type { Surroundings } from '../commands/surroundings.ts';
import { readWhole } from '../data/readTable.ts';
import { askSecret } from '../terminal/askSecret.ts';
import { printResult } from '../terminal/printResult.ts';
import { usageError } from '../terminal/usageError.ts';
import { addressOf, requireNewKey, writeKey } from './keyFolder.ts';
import { choosePassword, readPassword } from './readPassword.ts';

export interface ImportOptions {
  keystore?: string;
  keyFile?: string;
  passwordFile?: string;
}

const KEY_FILE_MAX_BYTES = 1_024;

/** Takes over a key: a keystore of another program as it is, once its password is known to open it, or a bare key. */
export async function importKey(
  surroundings: Surroundings,
  name: string,
  options: ImportOptions,
): Promise<void> {
  const { keysFolder } = surroundings;
  const { keystore: keystoreFile, keyFile, passwordFile } = options;
  if (keystoreFile !== undefined && keyFile !== undefined) {
    throw usageError('A keystore and a bare key were given.', 'Give --keystore or --key-file, not both.');
  }
  await requireNewKey(keysFolder, name);
  const keystore =
    keystoreFile === undefined
      ? await encryptBareKey(surroundings, keyFile, passwordFile)
      : readJson(keystoreFile, keystoreSchema);
  if (keystoreFile !== undefined) {
    const opened = await decryptKey(keystore, await readPassword(surroundings, passwordFile, 'Its password'));
    if (keySigner(opened).address !== addressOf(keystore)) {
      throw new KoinonError({
        code: 'K_KEYSTORE_ADDRESS',
        message: `${keystoreFile} says it is ${addressOf(keystore)}, but holds the key of ${keySigner(opened).address}.`,
        fault: 'user',
        next: 'Find out who changed it; do not use it.',
      });
    }
  }
  const key = await writeKey(keysFolder, name, keystore);
  printResult(surroundings, key, style => `${style.green('✓')} key ${style.bold(name)}  ${key.address}`);
}

async function encryptBareKey(
  surroundings: Surroundings,
  keyFile: string | undefined,
  passwordFile: string | undefined,
) {
  const text =
    keyFile === undefined
      ? await askSecret(
          surroundings,
          'Private key',
          'Give --key-file FILE with the key in it, or --keystore FILE.json.',
        )
      : new TextDecoder().decode(await readWhole(keyFile, requireKeyFileSize));
  const privateKey = requirePrivateKey(text.trim());
  return encryptKey(privateKey, await choosePassword(surroundings, passwordFile));
}

function requireKeyFileSize(bytes: number): void {
  if (bytes > 0 && bytes <= KEY_FILE_MAX_BYTES) return;
  throw notAKey();
}

/** Never repeats what was given: it may be a key with a typing error. */
function requirePrivateKey(text: string): Hex {
  const hex = text.replace(/^0x/i, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw notAKey();
  try {
    keySigner(`0x${hex}`);
  } catch {
    throw notAKey();
  }
  return `0x${hex}`;
}

function notAKey(): KoinonError {
  return new KoinonError({
    code: 'K_KEY_FORMAT',
    message: 'That is no private key of an Ethereum account.',
    fault: 'user',
    next: 'A private key is 64 hex digits, with or without 0x.',
  });
}
