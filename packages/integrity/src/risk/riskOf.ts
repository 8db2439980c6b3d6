import type { Assurance } from '@koinon/protocol';
import {
  ADVERSARIAL_SHARE_PPM,
  EXACT_DETECTION_PPM,
  OWNER_COLLUSION_PPM,
  TOLERANT_DETECTION_PPM,
} from '../assumptions.ts';
import type { Comparator } from '../comparator/comparator.ts';
import { divideUp, ONE_PPM, powerPpmUp } from '../ppm.ts';
import { burnableStake } from '../rate/exposure.ts';

/** The terms of one order, and what stands behind them. */
export interface RiskTerms {
  assurance: Assurance;
  /** Copies of the work; 1 unless `redundant`. */
  replicas: number;
  /** Share of receipts that is replayed, ppm. */
  auditRatePpm: number;
  /** How replicas are compared. */
  comparator?: Comparator;
  /** Free stake of the provider: what a conviction takes. */
  bond: bigint;
  /** Gains of its other orders that are not final yet. */
  gainInFlight: bigint;
  /** Most a wrong result brings the provider; the whole price. */
  gain: bigint;
  detectionPpm?: number;
  adversarialSharePpm?: number;
  /** Auditors drawn for a receipt that is audited. */
  auditors?: number;
}

/** One number the figure came from, for display: `what` is a whole sentence. */
export interface RiskFactor {
  name: 'rate' | 'detection' | 'collusion' | 'replicas' | 'bond' | 'inFlight' | 'gain';
  ppm?: number;
  amount?: bigint;
  count?: number;
  what: string;
}

/** What a buyer is told. Chances are of a result that *is* wrong; docs/assurance.md has the formula. */
export interface Risk {
  assurance: Assurance;
  /** Chance that nobody finds out, ppm, rounded up. */
  undetectedPpm: number;
  /** What the provider loses when somebody does, base units. */
  lossOnDetection: bigint;
  /** What cheating brings in expectation, base units; negative when it does not pay. */
  expectedGain: bigint;
  /** `expectedGain` is negative. */
  isDeterred: boolean;
  factors: RiskFactor[];
}

/**
 * The residual risk of an order: 1 − q·d·(1−ρ) that a wrong result goes unnoticed, the stake that is lost otherwise, and
 * (1−p)·g − p·(¾·S − Σ in flight), which must be below zero.
 */
export function riskOf(terms: RiskTerms): Risk {
  const { chance, isSlashable, factors } = detectionOf(terms);
  // Of the rest a cheater that accuses itself gets something back.
  const burned = burnableStake(terms.bond);
  const free = burned > terms.gainInFlight ? burned - terms.gainInFlight : 0n;
  const lossOnDetection = isSlashable ? terms.bond : 0n;
  const missed = CERTAIN - chance;
  // Rounded towards the provider, so that a gain never looks like none.
  const expectedGain = -((chance * (isSlashable ? free : 0n) - missed * terms.gain) / CERTAIN);
  return {
    assurance: terms.assurance,
    undetectedPpm: Number(divideUp(missed, MILLION)),
    lossOnDetection,
    expectedGain,
    isDeterred: expectedGain < 0n,
    factors: [
      ...factors,
      { name: 'gain', amount: terms.gain, what: 'The most that a wrong result can bring: the whole price.' },
      {
        name: 'bond',
        amount: lossOnDetection,
        what: isSlashable
          ? 'The provider’s free stake, all of which it loses when it is convicted; three quarters burn for certain and are what counts.'
          : 'A difference alone convicts nobody under these terms, so no stake is lost.',
      },
      {
        name: 'inFlight',
        amount: terms.gainInFlight,
        what: 'Other orders of the provider that are not final: the same stake answers for them too.',
      },
    ],
  };
}

const MILLION = BigInt(ONE_PPM);
/** One, in the unit of `Detection.chance`: small rates times small chances would vanish in ppm. */
const CERTAIN = MILLION * MILLION;

/** Chance that all of three (independent) things happen, in parts of `CERTAIN`, rounded down. */
function allOf(a: number, b: number, c: number): bigint {
  return (BigInt(a) * BigInt(b) * BigInt(c)) / MILLION;
}

interface Detection {
  /** Parts of `CERTAIN`, rounded down. */
  chance: bigint;
  isSlashable: boolean;
  factors: RiskFactor[];
}

function detectionOf(terms: RiskTerms): Detection {
  switch (terms.assurance) {
    case 'none':
      return {
        chance: 0n,
        isSlashable: false,
        factors: [{ name: 'rate', ppm: 0, what: 'Nothing is replayed and nobody else does the work.' }],
      };
    case 'replay':
      return byLot(terms, terms.auditRatePpm);
    case 'redundant':
      return byReplicas(terms);
    case 'owner-audited':
      return byOwner(terms);
    case 'outcome':
      return byOutcome(terms);
  }
}

function byLot(terms: RiskTerms, ratePpm: number): Detection {
  const {
    detectionPpm = EXACT_DETECTION_PPM,
    adversarialSharePpm = ADVERSARIAL_SHARE_PPM,
    auditors = 1,
  } = terms;
  const collusion = powerPpmUp(adversarialSharePpm, auditors);
  return {
    chance: allOf(ratePpm, detectionPpm, ONE_PPM - collusion),
    isSlashable: true,
    factors: [
      { name: 'rate', ppm: ratePpm, what: 'Share of such receipts that the lot has replayed.' },
      { name: 'detection', ppm: detectionPpm, what: 'Chance that an honest replay finds the fault.' },
      {
        name: 'collusion',
        ppm: collusion,
        what: `Chance that all of ${auditors} drawn auditors are in league with the provider, if a share of ${adversarialSharePpm} ppm of all stake is.`,
      },
    ],
  };
}

/** Every other replica has to be in league; audits by lot come on top. */
function byReplicas(terms: RiskTerms): Detection {
  const { replicas, comparator, adversarialSharePpm = ADVERSARIAL_SHARE_PPM } = terms;
  const isExact = comparator === undefined || comparator.kind === 'bytes';
  const detection = terms.detectionPpm ?? (isExact ? EXACT_DETECTION_PPM : TOLERANT_DETECTION_PPM);
  const collusion = powerPpmUp(adversarialSharePpm, Math.max(replicas - 1, 0));
  const found = allOf(ONE_PPM, detection, ONE_PPM - collusion);
  const audited = byLot(terms, terms.auditRatePpm);
  const factors: RiskFactor[] = [
    { name: 'replicas', count: replicas, what: 'Nodes that did the same work.' },
    {
      name: 'detection',
      ppm: detection,
      what: 'Chance that the comparison tells a wrong result from a right one.',
    },
    {
      name: 'collusion',
      ppm: collusion,
      what: `Chance that all ${replicas - 1} others are in league with the provider.`,
    },
  ];
  if (terms.auditRatePpm > 0 && isExact) factors.push(audited.factors[0]!);
  const missed = (CERTAIN - found) * (CERTAIN - (isExact ? audited.chance : 0n));
  return { chance: CERTAIN - divideUp(missed, CERTAIN), isSlashable: isExact, factors };
}

/** A named auditor is not drawn, and what it finds stays inside: jurors cannot replay rows they must not see. */
function byOwner(terms: RiskTerms): Detection {
  const detection = terms.detectionPpm ?? TOLERANT_DETECTION_PPM;
  const collusion = terms.adversarialSharePpm ?? OWNER_COLLUSION_PPM;
  return {
    chance: allOf(terms.auditRatePpm, detection, ONE_PPM - collusion),
    isSlashable: false,
    factors: [
      { name: 'rate', ppm: terms.auditRatePpm, what: 'Share of receipts that the named auditor replays.' },
      { name: 'detection', ppm: detection, what: 'Chance that its replay finds the fault.' },
      {
        name: 'collusion',
        ppm: collusion,
        what: 'Chance that the auditor, whom the data owner picked, sides with the owner. An assumption: nobody drew it.',
      },
    ],
  };
}

/** The result is measured against hidden truth by an evaluator; what is not good is not paid. */
function byOutcome(terms: RiskTerms): Detection {
  const detection = terms.detectionPpm ?? TOLERANT_DETECTION_PPM;
  const collusion = powerPpmUp(terms.adversarialSharePpm ?? ADVERSARIAL_SHARE_PPM, terms.auditors ?? 1);
  return {
    chance: allOf(ONE_PPM, detection, ONE_PPM - collusion),
    isSlashable: false,
    factors: [
      {
        name: 'detection',
        ppm: detection,
        what: 'Chance that the measure tells a bad result from a good one.',
      },
      {
        name: 'collusion',
        ppm: collusion,
        what: 'Chance that the evaluator is in league with the provider.',
      },
    ],
  };
}
