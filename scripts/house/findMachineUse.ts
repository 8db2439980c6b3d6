import { placeOf } from './house.ts';

/** Where the machine may be asked, and what for. */
export interface MachineFace {
  /** A file, or a folder with `/` at its end. */
  path: string;
  uses: readonly string[];
  /** In a few words. */
  why: string;
}

/**
 * Sentences about every file that ships and asks the machine for time, chance or language, each once: what a node does must follow
 * from what it is handed, or no world could repeat it. Also about faces that are not used.
 */
export function findMachineUse(
  uses: ReadonlyMap<string, readonly string[]>,
  faces: readonly MachineFace[],
): string[] {
  const faults: string[] = [];
  const unused = new Set(faces.flatMap(face => face.uses.map(use => `${face.path} ${use}`)));
  for (const [file, words] of uses) {
    if (placeOf(file).isWorkshop) continue;
    for (const word of words) {
      const face = faces.find(({ path, uses }) => isIn(file, path) && uses.includes(word));
      if (face) unused.delete(`${face.path} ${word}`);
      else
        faults.push(
          `${file} asks the machine (${word}); have it handed in, or name it in scripts/house/machineFaces.ts`,
        );
    }
  }
  for (const pair of unused) faults.push(`nothing uses the exception "${pair}" any more`);
  return faults;
}

const isIn = (file: string, path: string) => (path.endsWith('/') ? file.startsWith(path) : file === path);
