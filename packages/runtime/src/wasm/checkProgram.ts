import { Refusal } from '../refuse.ts';
import type { Instructions } from './decodeBody.ts';
import type { Module } from './module.ts';
import { OPCODES } from './opcodes.ts';
import { I32, type ValueType } from './types.ts';

/** Checks what a program must export, and gives its memory. */
export function checkEntryPoints(module: Module): NonNullable<Module['memory']> {
  const at = module.sections.get(7)?.start ?? 8;
  const memory = module.exports.get('memory');
  if (module.memory === undefined || memory?.kind !== 2)
    throw new Refusal('it does not define a memory and export it as "memory"', at);
  entry(module, '_start', [], true);
  entry(module, 'step', [I32], false);
  return module.memory;
}

function entry(module: Module, name: string, results: readonly ValueType[], isNeeded: boolean): void {
  const at = module.sections.get(7)!.start;
  const found = module.exports.get(name);
  const shape = `() -> (${results.length > 0 ? 'i32' : ''})`;
  if (found === undefined) {
    if (isNeeded) throw new Refusal(`it does not export ${name} ${shape}`, at);
    return;
  }
  const type = found.kind === 0 ? module.types[module.functions[found.index]!]! : undefined;
  if (type === undefined || type.params.length > 0 || type.results.join() !== results.join())
    throw new Refusal(`its export ${name} is not a function ${shape}`, at);
}

/** table.set, table.init, table.copy, table.fill, elem.drop, data.drop. */
const CARRY = new Set([0x26, 0xfc0c, 0xfc0e, 0xfc11, 0xfc0d, 0xfc09]);

/** Refuses what a program that runs in steps could carry from one to the next outside the state root. */
export function checkStep(code: Instructions, functionIndex: number): void {
  const found = code.codes.findIndex(op => CARRY.has(op));
  if (found < 0) return;
  const name = OPCODES.get(code.codes[found]!)!.name;
  throw new Refusal(
    `${name} changes state that the root of a step does not cover`,
    code.starts[found]!,
    functionIndex,
  );
}
