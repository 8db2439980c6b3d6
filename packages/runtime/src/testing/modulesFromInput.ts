import { readFileSync } from 'node:fs';

/** Modules for a child's standard input: what makes them of text is large, and slow under the compilers that children try. */
export const inputOfModules = (modules: readonly Uint8Array[]): string =>
  JSON.stringify(modules.map(module => Buffer.from(module).toString('base64')));

export const modulesFromInput = (): Uint8Array[] =>
  (JSON.parse(readFileSync(0, 'utf8')) as string[]).map(text => new Uint8Array(Buffer.from(text, 'base64')));
