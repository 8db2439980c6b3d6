import { sha256 } from '@noble/hashes/sha2.js';
import { type Limits, MAX_MEMORY_PAGES } from './profile.ts';
import { Refusal, toKoinonError } from './refuse.ts';
import { layoutOf } from './rewrite/layout.ts';
import { rewriteModule } from './rewrite/rewriteModule.ts';
import { checkEntryPoints, checkStep } from './wasm/checkProgram.ts';
import { decodeModule } from './wasm/decode.ts';
import { decodeBody } from './wasm/decodeBody.ts';
import { functionNames } from './wasm/names.ts';
import type { ValueType } from './wasm/types.ts';

export interface PrepareResult {
  /** The rewritten module: what an engine is given. */
  readonly module: Uint8Array<ArrayBuffer>;
  /** sha-256 of the rewritten module: the same on every machine. */
  readonly digest: Uint8Array;
  /** Whether the program runs step by step. */
  readonly hasStep: boolean;
  /** Bounds of its memory in pages of 64 KiB; the maximum is what the limits leave of its own. */
  readonly memory: { readonly initialPages: number; readonly maximumPages: number };
  /** Types of the mutable globals in order: the state root covers them. */
  readonly globals: readonly ValueType[];
  /** Whether the module has a start function, which the host calls first. */
  readonly hasStart: boolean;
}

/**
 * The module with everything added that makes it deterministic and metered, ready for an engine.
 * @throws KoinonError `K_MODULE_REFUSED`, data `{function, name?, offset, reason}`; the offset is into `wasm`.
 */
export function prepare(wasm: Uint8Array, limits: Limits): PrepareResult {
  return prepareFor(wasm, limits, false);
}

/** Like `prepare`; `isExact` keeps the fuel up to date in every basic block, at a price in speed. */
export function prepareFor(wasm: Uint8Array, limits: Limits, isExact: boolean): PrepareResult {
  try {
    return prepareOrRefuse(wasm, limits, isExact);
  } catch (error) {
    if (error instanceof Refusal) throw toKoinonError(error, functionNames(wasm));
    throw error;
  }
}

function prepareOrRefuse(wasm: Uint8Array, limits: Limits, isExact: boolean): PrepareResult {
  const module = decodeModule(wasm);
  const memory = checkEntryPoints(module);
  const hasStep = module.exports.has('step');
  // Decoded here to be checked and once more to be rewritten: kept, it would take ten times the module.
  module.bodies.forEach((body, i) => {
    const index = module.imports.length + i;
    const code = decodeBody(module, body, index);
    if (hasStep) checkStep(code, index);
  });
  const maximumPages = Math.min(memory.maximum ?? MAX_MEMORY_PAGES, limits.memoryPages);
  if (memory.initial > maximumPages)
    throw new Refusal(
      `it starts with ${memory.initial} pages of memory, the limit is ${limits.memoryPages}`,
      module.sections.get(5)!.start,
    );
  // The engine checks what is left: the types of every instruction.
  const copy = new Uint8Array(wasm);
  if (!WebAssembly.validate(copy)) {
    const { reason, offset } = engineReason(copy);
    throw new Refusal(reason, offset);
  }
  const rewritten = rewriteModule(module, layoutOf(module, isExact), maximumPages);
  return {
    module: rewritten,
    digest: sha256(rewritten),
    hasStep,
    memory: { initialPages: memory.initial, maximumPages },
    globals: module.globals.filter(global => global.mutable).map(global => global.type),
    hasStart: module.start !== undefined,
  };
}

/** What the engine says about a module it finds invalid. The words are the engine's own. */
function engineReason(wasm: Uint8Array<ArrayBuffer>): { reason: string; offset: number } {
  try {
    new WebAssembly.Module(wasm);
    return { reason: 'the module is not valid', offset: 0 };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const offset = Number(/@\+(\d+)/.exec(text)?.[1] ?? 0);
    return { reason: `the module is not valid: ${text.replace(/^WebAssembly\.Module\(\): /, '')}`, offset };
  }
}
