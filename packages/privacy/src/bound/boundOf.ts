import type { ArtefactClass, Manifest, Policy, TableDescription } from '@koinon/protocol';
import { artefactRules, opaqueOutcomes } from '../gate/artefactRules.ts';
import { settingOf } from '../gate/setting.ts';
import { seenOnce } from './instants.ts';
import { Outcomes } from './outcomes.ts';

/** One part of a bound, for people. */
export interface BoundTerm {
  /** `file`: one of the files a job may let out, or none; `outcome`: whether it failed, and when; `report`: the auditor's. */
  kind: 'file' | 'outcome' | 'report';
  /** Name of the file. */
  name?: string;
  class?: ArtefactClass;
  /** Its share, in bits. */
  bits: number;
}

export interface Bound {
  /** Most bits that everything anybody outside can see of one use tells; whole, and charged whatever leaves. */
  bits: number;
  terms: BoundTerm[];
}

/**
 * How much one use of a draft can tell of the private rows, at most: log2 of how many different things all outsiders
 * together can see of the job, over all tables of this description and all programs. From what is public alone. Undefined where
 * no bound is known: an output the gate has no class for in this setting.
 */
export function boundOf(
  policy: Policy,
  manifest: Manifest,
  description: TableDescription,
): Bound | undefined {
  const setting = settingOf(policy, manifest, description);
  const terms: BoundTerm[] = [];
  let files = Outcomes.of(1);
  for (const { name, class: artefactClass, maxBytes } of manifest.outputs) {
    if (artefactClass !== 'table' && 'none' in setting) return undefined;
    const outcomes = (
      artefactClass === 'table' || 'none' in setting
        ? opaqueOutcomes(maxBytes)
        : artefactRules[artefactClass].outcomes(setting)
    ).orNone();
    files = files.and(outcomes);
    terms.push({ kind: 'file', name, class: artefactClass, bits: rounded(outcomes) });
  }
  // Files, receipt, price and log entry appear together at one instant; or a failure does; or nothing ever.
  const ended = seenOnce(files.orNone());
  // The auditor's report (agrees, differs, unavailable) or its refusal comes at an instant of its own, or never.
  const report = seenOnce(Outcomes.of(4));
  terms.push({ kind: 'outcome', bits: Number(ended.microBits - files.microBits) / 1e6 });
  terms.push({ kind: 'report', bits: rounded(report) });
  return { bits: ended.and(report).bits, terms };
}

function rounded(outcomes: Outcomes): number {
  return Number(outcomes.microBits) / 1e6;
}
