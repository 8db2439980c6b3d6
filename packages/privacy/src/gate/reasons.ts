/** Why an artefact left as it did or did not leave; stable words, since their digest is sealed in the verdict. */
export const gateReasons = {
  /** Declared, and the program did not write it. */
  missing: 'missing',
  /** The policy lets fewer files of this class out, or none. */
  classNotAllowed: 'class-not-allowed',
  /** Larger than the manifest allows, or than anything of its class needs to be. */
  sizeCap: 'size-cap',
  /** Not the format of its class. */
  schema: 'schema',
  /** The table is not the one the dataset's record describes. */
  inconsistent: 'inconsistent',
  /** Made from fewer rows than the policy's minimum. */
  tooFewRows: 'too-few-rows',
  /** A column, class or word that the dataset's record does not have, or a class it has and the model lacks. */
  unknownName: 'unknown-name',
  /** Not a model of a class the gate knows. */
  unknownClass: 'unknown-class',
  /** NaN or infinity where a number is needed. */
  notFinite: 'not-finite',
  /** More in it than any model of its class has. */
  tooManyValues: 'too-many-values',
  /** Left: written anew from its facts. */
  rebuilt: 'rebuilt',
  /** Left: groups below the minimum, and those they could be had from, stand without measures. */
  suppressedGroups: 'suppressed-groups',
  /** Left: weights beyond the largest the grid has were set to it. */
  clipped: 'clipped',
  /** Left as it was written, since the owner allowed so many bits for it. */
  opaque: 'opaque',
} as const;
export type GateReason = (typeof gateReasons)[keyof typeof gateReasons];

/** Thrown by the reader of a class; never leaves the gate. */
export class Withheld extends Error {
  readonly reason: GateReason;
  constructor(reason: GateReason) {
    super(reason);
    this.reason = reason;
  }
}

export function withholdUnless(condition: boolean, reason: GateReason): asserts condition {
  if (!condition) throw new Withheld(reason);
}

/** What a class lets out. */
export interface Passed {
  bytes: Uint8Array;
  reasons: GateReason[];
}
