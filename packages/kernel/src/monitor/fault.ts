import {
  type Hex,
  type LoggedType,
  logEntryTypes,
  schema,
  sha256,
  signedSchema,
  toHex,
  toWire,
  utf8,
} from '@koinon/protocol';
import { z } from 'zod';

/** A statement somebody signed for this node, with the salt of its leaf. */
export const loggedStatementSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('Receipt'),
    signed: signedSchema('Receipt'),
    leafSalt: schema.bytes32,
  }),
  z.strictObject({
    type: z.literal('AuditReport'),
    signed: signedSchema('AuditReport'),
    leafSalt: schema.bytes32,
  }),
]);
export type LoggedStatement = z.output<typeof loggedStatementSchema>;

/**
 * An anchor as the court names it: `index` counts the node's anchors from its first, repeats left out. It was so when
 * the anchor was seen; a chain that was reorganised may have moved it, so look it up by size and root before use.
 */
export const anchorRecordSchema = z.strictObject({
  index: z.number().int().nonnegative(),
  size: schema.uint(64),
  root: schema.bytes32,
  transaction: schema.bytes32,
  block: z.number().int().nonnegative(),
});
export type AnchorRecord = z.output<typeof anchorRecordSchema>;

const node = schema.address;
const signedHead = signedSchema('LogHead');
const path = z.array(schema.bytes32).max(64);
const reason = z.enum(['wrong', 'silent']);

/** What is proved: the court decides it at once, from what stands here. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** `anchorBy` has passed and the anchored log ends at or below the statement's index. */
  z.strictObject({
    kind: z.literal('omission'),
    node,
    statement: loggedStatementSchema,
    /** Entries anchored when it was found, and the time of the block it was found at, unix seconds. */
    anchoredSize: schema.uint(64),
    atSeconds: z.number().int(),
  }),
  /** Another statement stands at the index the statement names; `path` leads from it to the anchor. */
  z.strictObject({
    kind: z.literal('misplaced'),
    node,
    statement: loggedStatementSchema,
    there: z.strictObject({
      type: z.enum(Object.keys(logEntryTypes) as [LoggedType, ...LoggedType[]]),
      digest: schema.bytes32,
      leafSalt: schema.bytes32,
    }),
    anchor: anchorRecordSchema,
    path,
  }),
  /** Two signed heads of one size with different roots. */
  z.strictObject({ kind: z.literal('heads'), node, a: signedHead, b: signedHead }),
  /** A signed head that contradicts an anchor of its size. */
  z.strictObject({ kind: z.literal('head'), node, head: signedHead, anchor: anchorRecordSchema }),
]);
export type Fault = z.output<typeof faultSchema>;

/**
 * What is not as it should be and may yet have an honest reason. A demand on chain settles it: an honest node answers,
 * and is paid for that; one that can not is convicted by its silence. `wrong`: the node gave a proof that does not
 * hold. `silent`: it gave none, for long.
 */
export const doubtSchema = z.discriminatedUnion('kind', [
  /** The anchored log is long enough, and the statement was not shown to be in it: demand its inclusion. */
  z.strictObject({
    kind: z.literal('unproven'),
    node,
    statement: loggedStatementSchema,
    anchor: anchorRecordSchema,
    reason,
  }),
  /** An earlier state was not shown to be a part of a later anchor: demand consistency, where a signed head is at hand. */
  z.strictObject({
    kind: z.literal('inconsistent'),
    node,
    earlier: z.strictObject({ size: schema.uint(64), root: schema.bytes32 }),
    head: signedHead.optional(),
    later: anchorRecordSchema,
    reason,
  }),
]);
export type Doubt = z.output<typeof doubtSchema>;

export type Finding = Fault | Doubt;

export function isFault(finding: Finding): finding is Fault {
  return finding.kind !== 'unproven' && finding.kind !== 'inconsistent';
}

/** Names a finding by what it is about, so that finding it again is no second one. */
export function findingId(finding: Finding): Hex {
  switch (finding.kind) {
    case 'omission':
    case 'misplaced':
    case 'unproven':
      return statementFindingId(finding.kind, finding.node, finding.statement);
    case 'heads': {
      const roots = [finding.a.message.root, finding.b.message.root].sort();
      return idOf(finding.kind, finding.node, finding.a.message.size, ...roots);
    }
    case 'head':
      return idOf(finding.kind, finding.node, finding.anchor.size, finding.head.message.root);
    case 'inconsistent':
      return inconsistencyId(finding.node, finding.earlier);
  }
}

/** Name of what was found about a statement. */
export function statementFindingId(
  kind: 'omission' | 'misplaced' | 'unproven',
  ofNode: Hex,
  { type, signed }: LoggedStatement,
): Hex {
  return idOf(kind, ofNode, type, signed.message);
}

/** Name of the doubt whether a state is part of what came later. */
export function inconsistencyId(ofNode: Hex, { size, root }: { size: bigint; root: Hex }): Hex {
  return idOf('inconsistent', ofNode, size, root);
}

function idOf(...parts: unknown[]): Hex {
  return toHex(sha256(utf8.encode(JSON.stringify(toWire(parts)))));
}
