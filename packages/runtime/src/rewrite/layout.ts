import type { Module } from '../wasm/module.ts';

/** Indices of what the rewriter adds behind what the module has. */
export interface Layout {
  /** i64: fuel left. */
  readonly fuel: number;
  /** i32: call depth left. */
  readonly depth: number;
  /** i32: why the program was stopped, see `STOP`. */
  readonly stop: number;
  /** () -> (): stops for want of fuel. */
  readonly outOfFuel: number;
  /** () -> (): stops for nesting too deep. */
  readonly tooDeep: number;
  /** (i32) -> i32: memory.grow, charged and bounded. */
  readonly grow: number;
  /** First of the functions that give the bits of one mutable global each. */
  readonly readers: number;
}

/** Values of the `stop` global. */
export const STOP = { NONE: 0, FUEL: 1, DEPTH: 2, HOST_MEMORY: 3 } as const;

/** Names under which the rewritten module gives the host what it needs. */
export const EXPORTS = {
  memory: 'memory',
  main: '_start',
  step: 'step',
  start: 'koinon:start',
  fuel: 'koinon:fuel',
  depth: 'koinon:depth',
  stop: 'koinon:stop',
  /** Followed by the place among the mutable globals. */
  reader: 'koinon:global:',
  /** Followed by a number: functions the program exports for itself. */
  declared: 'koinon:export:',
} as const;

export function layoutOf(module: Module): Layout {
  const globals = module.globals.length;
  const functions = module.functions.length;
  return {
    fuel: globals,
    depth: globals + 1,
    stop: globals + 2,
    outOfFuel: functions,
    tooDeep: functions + 1,
    grow: functions + 2,
    readers: functions + 3,
  };
}
