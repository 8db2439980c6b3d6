import type { Hex } from '@koinon/protocol';
import { lower } from '../../lower.ts';
import type { CourtFact } from '../../port/court.ts';
import { decodeTraceAnswer } from '../calls/answers.ts';
import { demandedKinds, grounds, outcomes } from '../calls/courtEnums.ts';

/** What the court can have done, as its events tell. */
export const courtFacts = [
  'accused',
  'jury-called',
  'vote-sealed',
  'vote-opened',
  'seal-opened',
  'appealed',
  'resolved',
  'vote-settled',
  'demanded',
  'demand-met',
  'convicted',
  'enforced',
  'pleaded',
  'refunded',
  'swept',
] as const satisfies readonly CourtFact['what'][];

type Values = Record<string, unknown>;
const ZERO_ID = `0x${'00'.repeat(32)}`;

/** Addresses in lower case, numbers in decimal. */
function texts(values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const text = String(value);
      return [key, text.startsWith('0x') ? lower(text) : text];
    }),
  );
}

const fact = (
  what: CourtFact['what'],
  id: unknown,
  rest: { who?: unknown; accused?: unknown },
  details: Values,
) => ({
  ...{ type: 'court', what, id, ...rest },
  details: texts(details),
});

/** How each event of the court becomes a fact; its indexed id, its actor and its accused stand for themselves. */
export const courtShapes: Record<string, (args: Record<string, never>) => Record<string, unknown>> = {
  'court.Accused': ({ dispute, accuser, ...rest }) =>
    fact('accused', dispute, { who: accuser, accused: rest['accused'] }, rest),
  'court.JuryCalled': ({ dispute, ...rest }) => fact('jury-called', dispute, {}, rest),
  'court.VoteSealed': ({ dispute, juror, ...rest }) => fact('vote-sealed', dispute, { who: juror }, rest),
  'court.VoteOpened': ({ dispute, juror, ...rest }) => fact('vote-opened', dispute, { who: juror }, rest),
  'court.SealOpened': ({ dispute, ...rest }) => fact('seal-opened', dispute, {}, rest),
  'court.Appealed': ({ dispute, appellant, ...rest }) => fact('appealed', dispute, { who: appellant }, rest),
  'court.Resolved': ({ dispute, outcome, majority }) =>
    fact('resolved', dispute, {}, { outcome: outcomes[Number(outcome)], majority }),
  'court.VoteSettled': ({ dispute, juror, ...rest }) => fact('vote-settled', dispute, { who: juror }, rest),
  'court.DemandMade': ({ demand, demander, what, ...rest }) => {
    const details = { ...rest, what: demandedKinds[Number(what)] };
    return fact('demanded', demand, { who: demander, accused: rest['node'] }, details);
  },
  // Other answers are for whoever asked, and may be large; a step's root is what the next demand depends on.
  'court.DemandMet': ({ demand, answer }) => {
    const shown = decodeTraceAnswer(String(answer) as Hex);
    return fact('demand-met', demand, {}, shown ? { ...shown, path: shown.path.join() } : {});
  },
  'court.Convicted': ({ dispute, accuser, ground, ...rest }) => {
    const details = { ...rest, ground: grounds[Number(ground)] };
    return fact('convicted', dispute ?? ZERO_ID, { who: accuser, accused: rest['accused'] }, details);
  },
  'court.Enforced': ({ id, ...rest }) => fact('enforced', id, { accused: rest['accused'] }, rest),
  'court.Pleaded': ({ receipt }) => fact('pleaded', receipt, {}, { receipt }),
  'court.Refunded': ({ receipt, payer, token, amount }) =>
    fact('refunded', receipt, { who: payer }, { receipt, payer, token, amount }),
  'court.Swept': ({ receipt, token, amount }) => fact('swept', receipt, {}, { receipt, token, amount }),
};
