import type { CourtFactView, CourtGround, DisputeSummary } from './integrityView.ts';

/** What the court does, in words: the same on the page and at the terminal. Imports nothing at run time. */

/** What somebody did who was convicted, as a clause about it. */
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

/** What an open dispute waits for. */
export const stageWords: Record<DisputeSummary['stage'], string> = {
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
export function courtActSentence({ what, details }: CourtFactView): string {
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
    case 'enforced':
      return `The stake that the conviction locked is taken${slashed === undefined ? '' : `: ${koin(slashed)} KOIN`}.`;
    case 'pleaded':
      return 'The receipt is shown to be a fault that was planted on purpose: it costs the costs alone.';
    case 'swept':
      return 'What nobody asked for in time burns.';
    case 'refunded':
      return `The requester gets back what it paid${amount === undefined ? '' : ` (${koin(amount)} KOIN)`}.`;
  }
}

/** Base units of KOIN in whole tokens. */
function koin(amount: string): string {
  const padded = amount.padStart(19, '0');
  const fraction = padded.slice(-18).replace(/0+$/, '');
  return `${grouped(padded.slice(0, -18))}${fraction ? `.${fraction}` : ''}`;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}
