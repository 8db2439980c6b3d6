import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Keystore, keystoreSchema, readJson } from '@koinon/node/process';
import { KoinonError } from '@koinon/protocol/errors';
import { nearestName } from '@koinon/tabular';
import { usageError } from '../terminal/usageError.ts';

export interface StoredKey {
  name: string;
  /** Lower case, with 0x. */
  address: string;
  path: string;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The keystores of a folder, by name. */
export async function listKeys(folder: string): Promise<StoredKey[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return files
    .filter(file => file.endsWith('.json'))
    .sort()
    .map(file => {
      const path = join(folder, file);
      return {
        name: file.slice(0, -'.json'.length),
        address: addressOf(readJson(path, keystoreSchema)),
        path,
      };
    });
}

/** The keystore with this name. Throws `K_KEY_UNKNOWN` with the nearest name, `K_CONFIG` for a damaged one. */
export async function readKey(
  folder: string,
  name: string,
): Promise<{ keystore: Keystore; address: string }> {
  requireKeyName(name);
  const keys = await listKeys(folder);
  const found = keys.find(key => key.name === name);
  if (found) {
    const keystore = readJson(found.path, keystoreSchema);
    return { keystore, address: addressOf(keystore) };
  }
  const near = nearestName(
    name,
    keys.map(key => key.name),
  );
  throw new KoinonError({
    code: 'K_KEY_UNKNOWN',
    message: `No key "${name}" in ${folder}.`,
    fault: 'user',
    next:
      near === undefined
        ? `Make it: koinon keys new ${name}`
        : `Did you mean "${near}"? "koinon keys ls" lists them.`,
  });
}

/** Writes a new keystore that only this user can read; one that is there is never written over. Throws `K_KEY_EXISTS`. */
export async function writeKey(folder: string, name: string, keystore: Keystore): Promise<StoredKey> {
  requireKeyName(name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.json`);
  try {
    await writeFile(path, `${JSON.stringify(keystore, undefined, 2)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw keyExists(name, path);
    throw error;
  }
  return { name, address: addressOf(keystore), path };
}

/** Throws `K_KEY_EXISTS` before anything is asked or typed in vain. */
export async function requireNewKey(folder: string, name: string): Promise<void> {
  requireKeyName(name);
  const path = join(folder, `${name}.json`);
  if ((await listKeys(folder)).some(key => key.name === name)) throw keyExists(name, path);
}

export function addressOf(keystore: Keystore): string {
  return `0x${keystore.address.replace(/^0x/, '').toLowerCase()}`;
}

function requireKeyName(name: string): void {
  if (NAME.test(name)) return;
  throw usageError(
    `"${name.slice(0, 80)}" is not a name for a key.`,
    'Use lower-case letters, digits and hyphens, at most 63.',
  );
}

function keyExists(name: string, path: string): KoinonError {
  return new KoinonError({
    code: 'K_KEY_EXISTS',
    message: `There is a key "${name}" already.`,
    fault: 'user',
    next: `Take another name, or move ${path} away. Without a copy of it, what it holds is lost.`,
  });
}
