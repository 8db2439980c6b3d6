import type { Cheater } from './cheater.ts';
import { colludingAuditor } from './collusion.ts';
import { copiedReport } from './copiedReport.ts';
import { falseAccuser } from './falseAccuser.ts';
import { forkedLog } from './forkedLog.ts';
import { grinder } from './grinder.ts';
import { lateReveal } from './lateReveal.ts';
import { lazyAuditor } from './lazyAuditor.ts';
import { omittedReceipt } from './omittedReceipt.ts';
import { overseller } from './overseller.ts';
import { reusedResult } from './reusedResult.ts';
import { rowWriter } from './rowWriter.ts';
import { selfAccuser } from './selfAccuser.ts';
import { staller } from './staller.ts';
import { sybilAuditors } from './sybilAuditors.ts';
import { withheldTrace } from './withheldTrace.ts';
import { wrongFuel } from './wrongFuel.ts';
import { wrongOutput } from './wrongOutput.ts';

/** The public corpus: everything that is known to be tried. Add yours. */
export const cheaters: readonly Cheater[] = [
  wrongOutput,
  wrongFuel,
  reusedResult,
  copiedReport,
  lazyAuditor,
  forkedLog,
  omittedReceipt,
  withheldTrace,
  lateReveal,
  colludingAuditor,
  sybilAuditors,
  falseAccuser,
  staller,
  selfAccuser,
  grinder,
  overseller,
  rowWriter,
];
