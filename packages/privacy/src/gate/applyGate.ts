import {
  encodeNode,
  type GateReasons,
  type Hex,
  type Manifest,
  type Policy,
  policyDigest,
  sealReasons,
  sha256,
  type TableDescription,
  toHex,
  type Verdict,
} from '@koinon/protocol';
import { boundOf } from '../bound/boundOf.ts';
import { artefactRules } from './artefactRules.ts';
import { type GateReason, gateReasons, type Passed, Withheld } from './reasons.ts';
import { settingOf } from './setting.ts';
import { countTable } from './tableCounts.ts';

export interface GateInput {
  policy: Policy;
  manifest: Manifest;
  /** The dataset's public description, as its record on chain has it. */
  description: TableDescription;
  /** Digest of that record. */
  record: Hex;
  /** What the program wrote, by name; names are the program's own words. Empty when it failed. */
  outputs: ReadonlyMap<string, Uint8Array>;
  /** The files the program read, by name: the gate counts in the table itself. */
  inputs: ReadonlyMap<string, Uint8Array>;
  /** The salt of the job's execution: seals the reasons. */
  salt: Hex;
}

export interface GateResult {
  /** What leaves, by name. Nothing in it was written by the program. */
  released: Map<string, Uint8Array>;
  /** For the requester. */
  verdict: Verdict;
  /** For owner and auditor. */
  reasons: GateReasons;
}

/**
 * What of a job's outputs leaves its custodian: files written anew from the facts in them, never the program's own bytes. The
 * same input gives the same bytes and verdict everywhere, so that an auditor can repeat it. Never throws for anything a
 * program wrote: what cannot be read does not leave.
 */
export function applyGate(input: GateInput): GateResult {
  const { policy, manifest, description, outputs } = input;
  const setting = settingOf(policy, manifest, description);
  const counts = countTable(manifest, input.inputs, description);
  const released = new Map<string, Uint8Array>();
  const reasons: GateReasons = [];
  const spent = { opaqueBits: 0 };
  for (const output of manifest.outputs) {
    const decision = decide(output);
    if (!('withheld' in decision)) released.set(output.name, decision.bytes);
    reasons.push({
      name: output.name,
      class: output.class,
      released: !('withheld' in decision),
      reasons: 'withheld' in decision ? [decision.withheld] : decision.reasons,
    });
  }
  const verdict: Verdict = {
    koinon: 'verdict/2',
    policy: policyDigest(policy),
    record: input.record,
    bits: boundOf(policy, manifest, description)?.bits ?? 0,
    word: released.size === manifest.outputs.length ? 'released' : 'withheld',
    artefacts: manifest.outputs.flatMap(({ name, class: artefactClass }) => {
      const bytes = released.get(name);
      return bytes ? [{ name, class: artefactClass, size: bytes.length, sha256: toHex(sha256(bytes)) }] : [];
    }),
    sealed: sealReasons(reasons, input.salt),
  };
  return { released, verdict, reasons };

  function decide(output: Manifest['outputs'][number]): Passed | { withheld: GateReason } {
    const { name, class: artefactClass, maxBytes } = output;
    const bytes = outputs.get(name);
    if (bytes === undefined) return { withheld: gateReasons.missing };
    if (bytes.length > maxBytes) return { withheld: gateReasons.sizeCap };
    if (artefactClass === 'table') {
      spent.opaqueBits += 8 * maxBytes + 1;
      return spent.opaqueBits <= policy.opaqueBits
        ? { bytes, reasons: [gateReasons.opaque] }
        : { withheld: gateReasons.classNotAllowed };
    }
    if ('none' in setting) return { withheld: gateReasons.unknownName };
    const earlier = manifest.outputs.filter(each => each.class === artefactClass && each.name < name).length;
    if (earlier >= policy.outputs[artefactClass]) return { withheld: gateReasons.classNotAllowed };
    try {
      const passed = artefactRules[artefactClass].rebuild(bytes, setting, counts);
      return passed.bytes.length <= maxBytes ? passed : { withheld: gateReasons.sizeCap };
    } catch (error) {
      // Fail closed: whatever a reader trips over does not leave.
      return { withheld: error instanceof Withheld ? error.reason : gateReasons.schema };
    }
  }
}

/** The digest a receipt carries for a verdict. */
export function verdictDigest(verdict: Verdict): Hex {
  return toHex(sha256(encodeNode(verdict)));
}
