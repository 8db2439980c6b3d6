import type { Module } from '../wasm/module.ts';

/** Indices of what the rewriter adds behind what the module has. */
export interface Layout {
  /** i64: fuel left. */
  readonly fuel: number;
  /** i32: call depth left. */
  readonly depth: number;
  /** i32: 1 where this machine had not the memory it should have. */
  readonly hostFailed: number;
  /** Whether the fuel global is up to date in every basic block, and not only at calls and at the end. */
  readonly isExact: boolean;
  /** (i32) -> i32: memory.grow, charged and bounded. */
  readonly grow: number;
  /** First of the functions that give the bits of one mutable global each. */
  readonly readers: number;
  /** First of the functions that set one mutable global each. */
  readonly writers: number;
}

/** Names under which the rewritten module gives the host what it needs. */
export const EXPORTS = {
  memory: 'memory',
  main: '_start',
  step: 'step',
  start: 'koinon:start',
  fuel: 'koinon:fuel',
  depth: 'koinon:depth',
  hostFailed: 'koinon:host-failed',
  /** Followed by the place among the mutable globals. */
  reader: 'koinon:global:',
  /** The same: (i64) -> (), of a vector (i64, i64) -> (). */
  writer: 'koinon:set-global:',
  /** Followed by a number: functions the program exports for itself. */
  declared: 'koinon:export:',
} as const;

export function layoutOf(module: Module, isExact: boolean): Layout {
  const globals = module.globals.length;
  const functions = module.functions.length;
  return {
    fuel: globals,
    depth: globals + 1,
    hostFailed: globals + 2,
    isExact,
    grow: functions,
    readers: functions + 1,
    writers: functions + 1 + module.globals.filter(global => global.mutable).length,
  };
}
