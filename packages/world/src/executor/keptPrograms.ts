import type { Cid } from '@koinon/protocol';
import { type CompiledProgram, type Engine, engineInPlace } from '@koinon/runtime';

/** Programs that stay compiled; what was used least lately goes. */
const KEPT_MAX = 64;

const kept = new Map<string, CompiledProgram>();

/**
 * An engine on this thread for one program, which is compiled once in a process and not once in a run: what it is made into
 * follows from its bytes and its pages alone, so worlds may share it. `program` names the bytes that the engine is given.
 */
export function keptEngine(program: Cid): Engine {
  return {
    ...engineInPlace,
    compile: (wasm, limits, isExact) => {
      const key = `${program} ${limits.memoryPages} ${isExact}`;
      const compiled = kept.get(key) ?? engineInPlace.compile(wasm, limits, isExact);
      kept.delete(key);
      kept.set(key, compiled);
      if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value!);
      return compiled;
    },
  };
}
