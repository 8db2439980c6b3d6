import { KoinonError } from '@koinon/protocol/errors';
import { MAX_FUEL, MAX_MEMORY_PAGES } from './profile.ts';
import type { ProgramInput } from './run.ts';
import { MAX_NAME_BYTES } from './wasi/files.ts';

function bad(message: string): KoinonError {
  return new KoinonError({
    code: 'K_RUN_INPUT',
    message,
    fault: 'user',
    next: 'Correct the manifest.',
  });
}

/** All files under /in, parameters included; checks what a manifest must have made sure of. */
export function checkInput(input: ProgramInput): ReadonlyMap<string, Uint8Array> {
  const { limits, seed } = input;
  if (seed.length !== 32) throw bad(`The seed has ${seed.length} bytes, it must have 32.`);
  for (const [name, fuel] of [
    ['fuel', limits.fuel],
    ['stepFuel', limits.stepFuel],
  ] as const)
    if (fuel < 0n || fuel > MAX_FUEL) throw bad(`The limit ${name} is ${fuel}, it must be 0 to ${MAX_FUEL}.`);
  for (const [name, value, max] of [
    ['memoryPages', limits.memoryPages, MAX_MEMORY_PAGES],
    ['callDepth', limits.callDepth, 2 ** 31 - 1],
    ['outputBytes', limits.outputBytes, Number.MAX_SAFE_INTEGER],
  ] as const)
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw bad(`The limit ${name} is ${value}, it must be a whole number from 0 to ${max}.`);
  if (input.timeMs < 0n || input.timeMs > 1n << 43n) throw bad('The time lies outside 1970 to 2248.');
  const files = new Map(input.files);
  if (files.has('params.json')) throw bad('An input is named params.json: that name is for the parameters.');
  files.set('params.json', input.params);
  for (const name of files.keys()) {
    const size = new TextEncoder().encode(name).length;
    if (size === 0 || size > MAX_NAME_BYTES || name === '.' || name === '..' || /[/\0]/.test(name))
      throw bad(`An input is named ${JSON.stringify(name)}: a name is 1 to 255 bytes without a slash.`);
  }
  return files;
}
