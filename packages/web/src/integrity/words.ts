import type { DisputeSummary, LogHealth, RiskView } from '@koinon/protocol';
import { stageWords } from '@koinon/protocol/courtWords';
import type { MarkState } from '../parts/Mark.tsx';

/** Parts per million as a percentage: "33.3 %", "0.02 %". */
export function ppmWords(ppm: number): string {
  const share = ppm / 10_000;
  return `${share >= 1 || share === 0 ? Number(share.toFixed(1)) : Number(share.toPrecision(2))} %`;
}

/** How a dispute stands, as a sign and words. */
export function standing({ outcome, stage }: Pick<DisputeSummary, 'outcome' | 'stage'>): {
  state: MarkState;
  word: string;
} {
  switch (outcome) {
    case 'convicted':
      return { state: 'failed', word: 'convicted' };
    case 'acquitted':
      return { state: 'done', word: 'acquitted' };
    case 'undecided':
      return { state: 'skipped', word: 'undecided' };
    case 'open':
      return { state: 'running', word: stageWords[stage] };
  }
}

/** The formula with its numbers: "1 − 100 % × 98 % × (1 − 33.3 %) = 34.7 %". */
export function riskFormula(risk: RiskView): string {
  const { auditRatePpm, detectionPpm, collusionPpm, undetectedPpm } = risk;
  return `1 − ${ppmWords(auditRatePpm)} × ${ppmWords(detectionPpm)} × (1 − ${ppmWords(collusionPpm)}) = ${ppmWords(undetectedPpm)}`;
}

export const logWords: Record<LogHealth['state'], { state: MarkState; word: string }> = {
  ok: { state: 'done', word: 'consistent' },
  unseen: { state: 'waiting', word: 'not looked at yet' },
  silent: { state: 'skipped', word: 'does not answer' },
  late: { state: 'running', word: 'late on chain' },
  forked: { state: 'failed', word: 'contradicts itself' },
};

export const auditWords: Record<string, { state: MarkState; word: string }> = {
  due: { state: 'running', word: 'due' },
  agrees: { state: 'done', word: 'same result' },
  differs: { state: 'failed', word: 'another result' },
  unavailable: { state: 'skipped', word: 'not served' },
  missed: { state: 'failed', word: 'missed' },
};

/** What one wrong result brings its maker on average, base units of KOIN: below zero where cheating does not pay. */
export function expectedGain(risk: RiskView): bigint {
  const missed = BigInt(risk.undetectedPpm);
  const free = BigInt(risk.lossOnDetection) - BigInt(risk.gainInFlight);
  const lost = free > 0n ? free : 0n;
  return (missed * BigInt(risk.gain) - (1_000_000n - missed) * lost) / 1_000_000n;
}
