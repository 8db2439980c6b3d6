import { KoinonError } from '@koinon/protocol/errors';

/** Why a module is not admitted, where in its bytes, and in which function (index with imports). */
export class Refusal extends Error {
  readonly reason: string;
  readonly offset: number;
  readonly functionIndex: number | undefined;
  constructor(reason: string, offset: number, functionIndex?: number) {
    super(reason);
    this.reason = reason;
    this.offset = offset;
    this.functionIndex = functionIndex;
  }
}

/** The public error for a refusal; `names` gives function names where the module carries them. */
export function toKoinonError(refusal: Refusal, names: ReadonlyMap<number, string>): KoinonError {
  const index = refusal.functionIndex;
  const name = index === undefined ? undefined : names.get(index);
  const where =
    index === undefined
      ? `at offset ${refusal.offset}`
      : `in function ${name === undefined ? index : `${name} (${index})`} at offset ${refusal.offset}`;
  return new KoinonError({
    code: 'K_MODULE_REFUSED',
    message: `The program was refused ${where}: ${refusal.reason}.`,
    fault: 'user',
    data: {
      function: index ?? null,
      ...(name === undefined ? {} : { name }),
      offset: refusal.offset,
      reason: refusal.reason,
    },
    next: 'Rebuild the program for the profile koinon-det-1 (docs/runtime-profile.md lists what it allows).',
  });
}

/** A failure of this machine: it says nothing about the execution. */
export function hostFailure(message: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_RUNTIME_HOST',
    message,
    fault: 'platform',
    next: 'Run it again with more free memory; the execution itself made no statement.',
    ...(cause === undefined ? {} : { cause }),
  });
}
