/** Why an artefact was changed or withheld; stable words, since the verdict's digest stands in the receipt. */
export const gateReasons = {
  /** Declared, and the program did not write it. */
  missing: 'missing',
  /** The owner's policy lets no artefact of this class out. */
  classNotAllowed: 'class-not-allowed',
  /** Larger than the manifest or the policy allows one artefact to be. */
  sizeCap: 'size-cap',
  /** With the artefacts before it, larger than all of a job may be together. */
  totalCap: 'total-cap',
  /** Not the format of its class: unknown members, wrong types, numbers out of range. */
  schema: 'schema',
  /** Counts that contradict each other. */
  inconsistent: 'inconsistent',
  /** Made from fewer rows than the policy's minimum. */
  tooFewRows: 'too-few-rows',
  /** A class of the model stands in fewer rows than the minimum. */
  rareClass: 'rare-class',
  /** A column, class or category that the dataset's public dictionaries do not have. */
  unknownName: 'unknown-name',
  /** An operator or attribute of the graph that is not on the list. */
  operatorNotAllowed: 'operator-not-allowed',
  /** A field of the model file that is not on the list: documentation, external data, initialisers, functions … */
  fieldNotAllowed: 'field-not-allowed',
  /** More numbers or words than a linear model over its columns needs. */
  tooManyValues: 'too-many-values',
  /** A graph that does not hang together. */
  graph: 'graph',
  /** NaN or infinity where a number is needed. */
  notFinite: 'not-finite',
  /** Changed: groups or classes below the minimum, and those they could be had from, were taken out. */
  suppressedGroups: 'suppressed-groups',
  /** Changed: numbers were rounded. */
  rounded: 'rounded',
  /** Changed: written again, so that spelling, order and inner names carry nothing. */
  canonicalForm: 'canonical-form',
  /** Released without the dataset's dictionaries at hand: names were checked for their form only. */
  namesUnchecked: 'names-unchecked',
} as const;
export type GateReason = (typeof gateReasons)[keyof typeof gateReasons];

/** Thrown by the rule of a class; never leaves the gate. */
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

/** What a rule lets out. */
export interface Passed {
  bytes: Uint8Array;
  reasons: GateReason[];
}
