import type { Hex } from '@koinon/protocol';
import { type AuditResult, afterAudit, NO_TRUST, type Trust } from './trust.ts';

/** One thing that happened to a receipt, or to a node as a whole. Facts are folded in the order of the chain. */
export interface AuditFact {
  node: Hex;
  /** CID of the program; undefined for a fault that concerns everything the node does (a forked log, an omission). */
  program: string | undefined;
  /** Digest of the receipt; a receipt raises a record at most once. */
  receipt: Hex;
  result: AuditResult;
  /** Whoever replayed; undefined for the court. */
  auditor: Hex | undefined;
}

export interface TrustBook {
  add(fact: AuditFact): void;
  of(node: Hex, program: string): Trust;
}

/**
 * Records of all nodes, one for each node and program (BOINC's adaptive replication). Nobody raises its own: a report by
 * the node itself, or by another node of its owner, is passed over.
 */
export function trustBook(
  facts: Iterable<AuditFact> = [],
  ownerOf: (operator: Hex) => Hex = lower,
): TrustBook {
  const records = new Map<string, Trust>();
  const counted = new Set<string>();
  const programs = new Map<string, Set<string>>();
  const keyOf = (node: Hex, program: string) => `${lower(node)} ${program}`;

  function addFor(node: Hex, program: string, result: AuditResult): void {
    const key = keyOf(node, program);
    records.set(key, afterAudit(records.get(key) ?? NO_TRUST, result));
    const known = programs.get(lower(node)) ?? new Set();
    programs.set(lower(node), known.add(program));
  }

  function add(fact: AuditFact): void {
    const { node, program, receipt, result, auditor } = fact;
    const isOwn = auditor !== undefined && lower(ownerOf(auditor)) === lower(ownerOf(node));
    if (isOwn || (auditor === undefined && result === 'agreed')) return;
    const once = `${lower(receipt)} ${result}`;
    if (counted.has(once)) return;
    // After a fault nothing raises the record for that receipt any more.
    if (result === 'agreed' && counted.has(`${lower(receipt)} fault`)) return;
    counted.add(once);
    if (program !== undefined) addFor(node, program, result);
    else for (const each of programs.get(lower(node)) ?? []) addFor(node, each, result);
  }

  for (const fact of facts) add(fact);
  return { add, of: (node, program) => records.get(keyOf(node, program)) ?? NO_TRUST };
}

function lower(address: Hex): Hex {
  return address.toLowerCase() as Hex;
}
