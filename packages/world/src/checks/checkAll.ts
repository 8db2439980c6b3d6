import type { Broken, Check, Evidence } from './check.ts';
import { agendasEnd, channelsCanClose, courtDecides, studiesEnd } from './ends.ts';
import { honestAreNotConvicted, honestLoseNothing } from './honest.ts';
import { indexesAgree } from './indexes.ts';
import { liesAreConvicted } from './justice.ts';
import { logsHaveOneHistory } from './logs.ts';
import { moneyIsConserved } from './money.ts';
import { paymentsAgree } from './payments.ts';

const checks: readonly Check[] = [
  moneyIsConserved,
  paymentsAgree,
  honestLoseNothing,
  honestAreNotConvicted,
  liesAreConvicted,
  logsHaveOneHistory,
  studiesEnd,
  agendasEnd,
  courtDecides,
  channelsCanClose,
  indexesAgree,
];

/** Everything that does not hold. */
export async function checkAll(evidence: Evidence): Promise<Broken[]> {
  const broken: Broken[] = [];
  for (const check of checks) broken.push(...(await check(evidence)));
  return broken;
}
