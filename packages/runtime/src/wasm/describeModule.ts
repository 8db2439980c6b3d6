import { Refusal } from '../refuse.ts';
import { decodeModule } from './decode.ts';

/** What can be said of a program without running it, or why the profile refuses it. */
export type ModuleDescription =
  | {
      /** Names of the WASI functions it imports, in its order. */
      imports: string[];
      exports: string[];
    }
  | { refused: string };

/** Reads the structure of a WebAssembly module; nothing is compiled. Never throws for any bytes. */
export function describeModule(bytes: Uint8Array): ModuleDescription {
  try {
    const module = decodeModule(bytes);
    return { imports: module.imports.map(({ name }) => name), exports: [...module.exports.keys()] };
  } catch (error) {
    if (error instanceof Refusal) return { refused: error.message };
    throw error;
  }
}
