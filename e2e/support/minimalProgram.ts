import { wat } from '@koinon/runtime/testing';

/** A program that does nothing and ends well. */
export function minimalProgram(): Uint8Array {
  return wat('(module (memory (export "memory") 1 1) (func (export "_start")))');
}
