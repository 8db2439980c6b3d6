import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckpointStore } from './executor.ts';

/**
 * Keeps the last checkpoint of one job in this file, whose folder must exist. Whatever happens while it is written, the
 * file holds a whole checkpoint or the one before. Only its owner may read it: it holds what the program held.
 */
export function fileCheckpoints(file: string): CheckpointStore {
  const temporary = `${file}.new`;
  return {
    load: async () => {
      try {
        return await readFile(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    save: async checkpoint => {
      // What a crash left behind may have other rights.
      await rm(temporary, { force: true });
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(checkpoint);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
      await syncFolder(file);
    },
    clear: async () => {
      await rm(temporary, { force: true });
      await rm(file, { force: true });
      await syncFolder(file);
    },
  };
}

/** Makes a change of names durable, where the system lets a folder be opened. */
async function syncFolder(file: string): Promise<void> {
  const handle = await open(dirname(file), 'r').catch(() => undefined);
  if (!handle) return;
  await handle.sync().catch(() => {});
  await handle.close();
}
