import { dirname } from 'node:path';
import type { VisibleFile } from './command.ts';

/** The folders that the files lie in, each after the one around it; without the root. */
export function foldersOf(visible: readonly VisibleFile[]): string[] {
  const folders = new Set<string>();
  const add = (folder: string) => {
    if (folder === '/' || folders.has(folder)) return;
    add(dirname(folder));
    folders.add(folder);
  };
  for (const [, to] of visible) add(dirname(to));
  return [...folders];
}
