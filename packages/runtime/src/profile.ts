// Rules of the deterministic profile `koinon-det-1`; changing one is a new profile.

/** What a manifest allows one execution. All figures are part of what the execution is. */
export interface Limits {
  /** Fuel of the whole execution; 0 to 2^62. One unit is roughly one simple instruction. */
  readonly fuel: bigint;
  /** Fuel of one step, so that a juror can replay it; 0 to 2^62. */
  readonly stepFuel: bigint;
  /** Linear memory, in pages of 64 KiB; 0 to 65536. */
  readonly memoryPages: number;
  /** Weighted call depth; above `MAX_CALL_DEPTH` it counts as `MAX_CALL_DEPTH`. */
  readonly callDepth: number;
  /** Bytes of all files under /out, stdout and stderr together. */
  readonly outputBytes: number;
}

/** Largest fuel a limit may name: leaves room below zero in a signed 64-bit counter. */
export const MAX_FUEL = 1n << 62n;

/** Largest memory, in pages: all a 32-bit address reaches. */
export const MAX_MEMORY_PAGES = 65536;

/**
 * Weighted frames that fit in the 984 KiB stack of a V8 worker, whatever tier compiled them, with room for
 * the embedder. A frame of up to `SLOTS_PER_FRAME` slots weighs one.
 */
export const MAX_CALL_DEPTH = 3000;

/** Steps of one execution: its trace, 32 bytes a step, can be kept and served. */
export const MAX_STEPS = 1 << 20;

/** Slots (8 bytes: parameters, locals, operand stack; a vector is two) one unit of call depth pays for. */
export const SLOTS_PER_FRAME = 16;

/** Exit codes above what a program can give itself. They follow from the execution, so they are evidence. */
export const EXIT = {
  /** Largest code a program can exit with; larger ones are reported as this one. */
  GUEST_MAX: 0xffff,
  /** The program trapped: unreachable, out of bounds, division by zero, bad indirect call. */
  TRAP: 0x10001,
  /** The fuel of the manifest is used up. */
  OUT_OF_FUEL: 0x10002,
  /** One step used more than `stepFuel`. */
  STEP_OUT_OF_FUEL: 0x10003,
  /** Calls nested deeper than `callDepth`. */
  CALL_DEPTH: 0x10004,
  /** More bytes written than `outputBytes`. */
  OUTPUT_TOO_LARGE: 0x10005,
  /** A step ended with a descriptor open: state the next step would see and the root would not. */
  STEP_STATE: 0x10006,
  /** More than `MAX_STEPS` steps. */
  TOO_MANY_STEPS: 0x10007,
} as const;

/** Sizes beyond which a module is refused before anything of it is compiled. */
export const MODULE_LIMITS = {
  bytes: 16 * 1024 * 1024,
  types: 20_000,
  functions: 100_000,
  parameters: 200,
  results: 50,
  locals: 20_000,
  bodyBytes: 2 * 1024 * 1024,
  /** Engines take 7,654,321 bytes; it counts what the rewriter wrote. */
  rewrittenBodyBytes: 7_500_000,
  nesting: 2_000,
  globals: 10_000,
  mutableGlobals: 1_000,
  tables: 16,
  tableElements: 100_000,
  segments: 100_000,
  exports: 100_000,
  branchTargets: 20_000,
  customSections: 1_000,
} as const;
