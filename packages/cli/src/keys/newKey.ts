import { createPrivateKey, encryptKey } from '@koinon/node/process';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { requireNewKey, writeKey } from './keyFolder.ts';
import { choosePassword } from './readPassword.ts';

export async function newKey(
  surroundings: Surroundings,
  name: string,
  { passwordFile }: { passwordFile?: string },
): Promise<void> {
  const { keysFolder } = surroundings;
  await requireNewKey(keysFolder, name);
  const password = await choosePassword(surroundings, passwordFile);
  const key = await writeKey(keysFolder, name, await encryptKey(createPrivateKey(), password));
  printResult(surroundings, key, style =>
    [
      `${style.green('✓')} key ${style.bold(name)}  ${key.address}`,
      style.dim(
        `Kept in ${key.path}. Copy that file, and do not lose its password: neither can be recovered.`,
      ),
    ].join('\n'),
  );
}
