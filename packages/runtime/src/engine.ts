import { type PrepareResult, prepareFor } from './prepare.ts';
import type { Limits } from './profile.ts';
import { decodeModule } from './wasm/decode.ts';
import type { Import } from './wasm/module.ts';

/** A program as an engine has it: what it is made into follows from its bytes and the limits alone. */
export interface CompiledProgram {
  readonly prepared: PrepareResult;
  readonly imports: readonly Import[];
  readonly module: WebAssembly.Module;
}

/**
 * What compiles programs and starts them. `isExact` is `prepareFor`'s.
 * `compile` throws KoinonError `K_MODULE_REFUSED`, and whatever the engine throws where it has no room.
 */
export interface Engine {
  compile(wasm: Uint8Array, limits: Limits, isExact: boolean): CompiledProgram | Promise<CompiledProgram>;
  start(
    module: WebAssembly.Module,
    imports: WebAssembly.Imports,
  ): WebAssembly.Instance | Promise<WebAssembly.Instance>;
}

/** Compiles on other threads, several functions at once; nobody knows in how many turns of the event loop. */
export const engineOffThread: Engine = {
  compile: async (wasm, limits, isExact) => {
    const prepared = prepareFor(wasm, limits, isExact);
    return { ...importsOf(wasm), prepared, module: await WebAssembly.compile(prepared.module) };
  },
  start: (module, imports) => WebAssembly.instantiate(module, imports),
};

/** Compiles at once on this thread. A browser allows that in workers, and on the page itself for small programs. */
export const engineInPlace = {
  compile: (wasm, limits, isExact): CompiledProgram => {
    const prepared = prepareFor(wasm, limits, isExact);
    return { ...importsOf(wasm), prepared, module: new WebAssembly.Module(prepared.module) };
  },
  start: (module, imports) => new WebAssembly.Instance(module, imports),
} satisfies Engine;

const importsOf = (wasm: Uint8Array) => ({ imports: decodeModule(wasm).imports });
