import {
  type ArtefactClass,
  encodeNode,
  type Hex,
  type Manifest,
  type Policy,
  policyDigest,
  sha256,
  toHex,
  type Verdict,
  ZERO_32,
} from '@koinon/protocol';
import { passModel } from '../onnx/passModel.ts';
import { passMetrics } from './metrics.ts';
import { type GateReason, gateReasons, type Passed, Withheld } from './reasons.ts';
import { passRowFile } from './rowFile.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';

export interface GateInput {
  policy: Policy;
  manifest: Manifest;
  /** What the program wrote, by name; names are the program's own words. */
  outputs: ReadonlyMap<string, Uint8Array>;
  /**
   * The files the program read, by name: the gate takes the dataset's public dictionaries from its table, and lets
   * no other word out. Without them names are checked for their form only, and the verdict says so.
   */
  inputs?: ReadonlyMap<string, Uint8Array>;
}

export interface GateResult {
  /** What may leave, by name. */
  released: Map<string, Uint8Array>;
  verdict: Verdict;
  /** Names the manifest does not declare: they did not leave, and neither do their names, which a program chooses. */
  dropped: string[];
}

/**
 * Decides what of a job's outputs leaves its custodian. The same input gives the same bytes and verdict everywhere, so
 * that an auditor can repeat it. Never throws for anything a program wrote: what cannot be read is withheld.
 */
export function applyGate({ policy, manifest, outputs, inputs }: GateInput): GateResult {
  const vocabulary = inputs === undefined ? undefined : vocabularyOf(manifest, inputs);
  const released = new Map<string, Uint8Array>();
  let total = 0;
  const declared = [...manifest.outputs].sort((a, b) => (a.name < b.name ? -1 : 1));
  const artefacts = declared.map((output): Verdict['artefacts'][number] => {
    const decision = decide(output, outputs.get(output.name), total);
    const { name, class: artefactClass } = output;
    if ('withheld' in decision) {
      return {
        name,
        class: artefactClass,
        decision: 'withheld',
        size: 0,
        sha256: ZERO_32,
        reasons: [decision.withheld],
      };
    }
    const { bytes, reasons } = decision;
    total += bytes.length;
    released.set(name, bytes);
    const isChanged = reasons.some(reason => reason !== gateReasons.namesUnchecked);
    return {
      name,
      class: artefactClass,
      decision: isChanged ? 'changed' : 'released',
      size: bytes.length,
      sha256: toHex(sha256(bytes)),
      reasons,
    };
  });
  const names = new Set(manifest.outputs.map(({ name }) => name));
  return {
    released,
    verdict: { koinon: 'verdict/1', policy: policyDigest(policy), artefacts },
    dropped: [...outputs.keys()].filter(name => !names.has(name)).sort(),
  };

  function decide(
    output: Manifest['outputs'][number],
    bytes: Uint8Array | undefined,
    before: number,
  ): Passed | { withheld: GateReason } {
    if (!policy.artefactClasses.includes(output.class)) return { withheld: gateReasons.classNotAllowed };
    if (bytes === undefined) return { withheld: gateReasons.missing };
    const most = Math.min(output.maxBytes, policy.maxArtefactBytes);
    if (bytes.length > most) return { withheld: gateReasons.sizeCap };
    try {
      const passed = passClass(output.class, bytes, policy, vocabulary, inputs !== undefined);
      if (passed.bytes.length > most) return { withheld: gateReasons.sizeCap };
      if (before + passed.bytes.length > policy.maxTotalBytes) return { withheld: gateReasons.totalCap };
      return passed;
    } catch (error) {
      // Fail closed: whatever a rule trips over does not leave.
      return { withheld: error instanceof Withheld ? error.reason : gateReasons.schema };
    }
  }
}

/** The digest a receipt carries for a verdict. */
export function verdictDigest(verdict: Verdict): Hex {
  return toHex(sha256(encodeNode(verdict)));
}

function passClass(
  artefactClass: ArtefactClass,
  bytes: Uint8Array,
  { minGroupRows }: Policy,
  vocabulary: Vocabulary | undefined,
  checksNames: boolean,
): Passed {
  if (artefactClass === 'table') return passRowFile(bytes);
  const rule = { minGroupRows, vocabulary, checksNames };
  const passed = artefactClass === 'metrics' ? passMetrics(bytes, rule) : passModel(bytes, rule);
  return checksNames ? passed : { ...passed, reasons: [...passed.reasons, gateReasons.namesUnchecked] };
}
