import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KoinonError } from '@koinon/protocol';

const shippedProgramNames = ['tabular-logistic', 'tabular-evaluate'] as const;

/** The programs Koinon ships, as built by `programs/`. Throws `K_PROGRAM_MISSING` before the first build. */
export function readShippedPrograms(): Map<string, Uint8Array> {
  return new Map(
    shippedProgramNames.map(name => {
      const path = fileURLToPath(import.meta.resolve(`@koinon/programs/${name}.wasm`));
      if (!existsSync(path)) {
        throw new KoinonError({
          code: 'K_PROGRAM_MISSING',
          message: `The program ${name} has not been built.`,
          fault: 'platform',
          next: 'Run "npm start" or "npm test"; both build it.',
        });
      }
      return [name, new Uint8Array(readFileSync(path))];
    }),
  );
}
