import { decryptKey } from '@koinon/node/process';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { styleFor } from '../terminal/style.ts';
import { readKey } from './keyFolder.ts';
import { readPassword } from './readPassword.ts';

/** Prints the keystore, still encrypted; the bare key only when that is asked for, and its password given. */
export async function exportKey(
  surroundings: Surroundings,
  name: string,
  options: { privateKey?: boolean; passwordFile?: string },
): Promise<void> {
  const { keystore, address } = await readKey(surroundings.keysFolder, name);
  if (!options.privateKey) {
    printResult(surroundings, keystore, () => JSON.stringify(keystore, undefined, 2));
    return;
  }
  const privateKey = await decryptKey(keystore, await readPassword(surroundings, options.passwordFile));
  const style = styleFor(surroundings.stderr, surroundings.environment);
  surroundings.stderr.write(
    `${style.yellow('note')} whoever sees this key can take all that ${address} has\n`,
  );
  printResult(surroundings, { name, address, privateKey }, () => privateKey);
}
