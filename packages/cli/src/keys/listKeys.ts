import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { table } from '../terminal/table.ts';
import { listKeys, readKey } from './keyFolder.ts';

export async function printKeys(surroundings: Surroundings): Promise<void> {
  const keys = await listKeys(surroundings.keysFolder);
  printResult(surroundings, { folder: surroundings.keysFolder, keys }, style =>
    keys.length === 0
      ? `No key in ${surroundings.keysFolder}. Make one: koinon keys new NAME`
      : table(
          ['NAME', 'ADDRESS'],
          keys.map(({ name, address }) => [name, address]),
          style,
        ),
  );
}

export async function printAddress(surroundings: Surroundings, name: string): Promise<void> {
  const { address } = await readKey(surroundings.keysFolder, name);
  printResult(surroundings, { name, address }, () => address);
}
