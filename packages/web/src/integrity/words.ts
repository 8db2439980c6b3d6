import type { CourtFactView, CourtGround, DisputeSummary, LogHealth, RiskView } from '@koinon/protocol';
import type { MarkState } from '../parts/Mark.tsx';
import { grouped, koin } from '../words/format.ts';

/** Parts per million as a percentage: "33.3 %", "0.02 %". */
export function ppmWords(ppm: number): string {
  const share = ppm / 10_000;
  return `${share >= 1 || share === 0 ? Number(share.toFixed(1)) : Number(share.toPrecision(2))} %`;
}

/** What somebody did who was convicted, as a clause. */
export const groundWords: Record<CourtGround, string> = {
  receipts: 'it signed two receipts for the same work that cannot both be true',
  omission: 'it kept something it had signed out of its log past the promised time',
  misplaced: 'its log has something else at the promised place',
  fork: 'its log has two versions of one length',
  unavailability: 'it did not show what it had signed for when the court asked',
  jury: 'a jury drawn by lot replayed one step of its work and came to another result',
  arithmetic: 'a contract calculated one operation again and came to another number',
  report: 'it vouched for work that was found false',
};

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

const stageWords: Record<DisputeSummary['stage'], string> = {
  beacon: 'waiting for the jury to be drawn',
  sealing: 'jurors seal their votes',
  opening: 'jurors open their votes',
  appeal: 'may be appealed',
  answer: 'waiting for an answer',
  resolve: 'ready to be decided',
  settled: 'settled',
};

/** What a dispute is about, one sentence. */
export function aboutDispute({ kind, ground, outcome }: DisputeSummary): string {
  if (outcome === 'convicted' && ground) return `Convicted: ${groundWords[ground]}.`;
  if (kind === 'jury') return 'One step of a computation is in dispute, and jurors replay it.';
  if (kind === 'demand') return 'A node was asked to show something it must be able to show.';
  return 'Evidence that decides by itself.';
}

/** One act of the court as a sentence; amounts in KOIN. */
export function factSentence({ what, details }: CourtFactView): string {
  const { round, seats, outcome, majority, reward, penalty, amount, slashed, ground, step } = details;
  const inRound = round === undefined || round === '0' ? '' : ` in round ${Number(round) + 1}`;
  const ofSeats = seats === undefined ? '' : ` for ${grouped(seats)} ${seats === '1' ? 'seat' : 'seats'}`;
  switch (what) {
    case 'accused':
      return `The work is disputed${step === undefined ? '' : ` at step ${grouped(step)}`}, with a bond.`;
    case 'jury-called':
      return `A jury${seats === undefined ? '' : ` of about ${grouped(seats)} seats`} is called${inRound}. Who sits on it is drawn from a number nobody knows yet.`;
    case 'vote-sealed':
      return `A juror has replayed the step and seals its vote${inRound}.`;
    case 'vote-opened':
      return `A juror opens its vote${ofSeats}${inRound}.`;
    case 'seal-opened':
      return 'The accuser opens its own result, sealed since the accusation.';
    case 'appealed':
      return 'The decision is appealed: a jury of twice as many seats is called.';
    case 'resolved':
      return `The court decides: ${outcome ?? 'settled'}${majority === undefined ? '' : `, with the majority of its seats`}.`;
    case 'vote-settled':
      return penalty !== undefined && penalty !== '0'
        ? `A juror on the wrong side, or silent, loses ${koin(penalty)} KOIN.`
        : `A juror is paid${reward === undefined ? '' : ` ${koin(reward)} KOIN`}.`;
    case 'demanded':
      return 'The node is asked to show something, with a bond.';
    case 'demand-met':
      return 'The node shows it, and keeps the bond.';
    case 'convicted':
      return `The signer is convicted${slashed === undefined ? '' : ` and loses ${koin(slashed)} KOIN of its stake`}${ground !== undefined && ground in groundWords ? `: ${groundWords[ground as CourtGround]}` : ''}.`;
    case 'refunded':
      return `The requester gets back what it paid${amount === undefined ? '' : ` (${koin(amount)} KOIN)`}.`;
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
