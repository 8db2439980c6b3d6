import type { ArtefactClass } from '@koinon/protocol';
import { Outcomes } from '../bound/outcomes.ts';
import { evaluationOutcomes, readEvaluation, writeEvaluation } from '../figures/evaluation.ts';
import { readTraining, trainingOutcomes, writeTraining } from '../figures/training.ts';
import { linearOutcomes } from '../linear/linearFacts.ts';
import { readLinear } from '../linear/readLinear.ts';
import { writeLinear } from '../linear/writeLinear.ts';
import { type GateReason, gateReasons, type Passed, withholdUnless } from './reasons.ts';
import type { Setting } from './setting.ts';
import type { TableCounts } from './tableCounts.ts';

/** How files of one class leave: read into facts and written anew, and how many there can be. */
export interface ArtefactRule {
  /** What leaves for what a program wrote. Throws `Withheld`. */
  rebuild(bytes: Uint8Array, setting: Setting, counts: TableCounts | undefined): Passed;
  /** How many files `rebuild` can make in this setting. */
  outcomes(setting: Setting): Outcomes;
}

/**
 * The classes of which the gate knows the facts. Another kind of model (trees, a small network) is another reader,
 * writer and count; `model` then takes the first that reads.
 */
export const artefactRules: Record<Exclude<ArtefactClass, 'table'>, ArtefactRule> = {
  model: {
    rebuild: (bytes, setting) => {
      const facts = readLinear(bytes, setting);
      return passed(writeLinear(facts, setting), facts.isClipped ? [gateReasons.clipped] : []);
    },
    outcomes: linearOutcomes,
  },
  metrics: {
    rebuild: (bytes, setting) => passed(writeTraining(readTraining(bytes, setting), setting)),
    outcomes: trainingOutcomes,
  },
  evaluation: {
    rebuild: (bytes, setting, counts) => {
      withholdUnless(counts !== undefined, gateReasons.inconsistent);
      const facts = readEvaluation(bytes, setting, counts);
      return passed(writeEvaluation(facts, setting), facts.isCut ? [gateReasons.suppressedGroups] : []);
    },
    outcomes: evaluationOutcomes,
  },
};

/** Files of up to so many bytes that leave as they are: 256^n of each size n. */
export function opaqueOutcomes(maxBytes: number): Outcomes {
  return Outcomes.ofBits(8 * maxBytes + 1);
}

function passed(bytes: Uint8Array, reasons: GateReason[] = []): Passed {
  return { bytes, reasons: [gateReasons.rebuilt, ...reasons] };
}
