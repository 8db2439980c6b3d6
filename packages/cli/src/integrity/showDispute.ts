import { courtRoutes } from '@koinon/api';
import type { DisputeDetail, Hex } from '@koinon/protocol';
import { aboutDispute, courtActSentence, stageWords } from '@koinon/protocol/courtWords';
import type { Client } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { koin, short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import type { Style } from '../terminal/style.ts';
import { facts, printable } from '../terminal/table.ts';
import { usageError } from '../terminal/usageError.ts';

/** One dispute with its timeline; named by the beginning of its id, or of the receipt it is about. */
export async function showDispute(surroundings: Surroundings, beginning: string): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'researcher');
  const id = await findDispute(client, beginning);
  const dispute = await client.call(courtRoutes.dispute, { params: { id } });
  const nameOf = await names();
  printResult(surroundings, dispute, style => told(dispute, nameOf, style));
}

async function findDispute(client: Client, beginning: string): Promise<Hex> {
  const wanted = beginning.toLowerCase();
  const { disputes } = await client.call(courtRoutes.disputes);
  if (wanted === 'last' && disputes[0]) return disputes[0].id;
  const found = disputes.filter(({ id, statement }) => id.startsWith(wanted) || statement.startsWith(wanted));
  if (found.length === 1 && wanted.length >= 4) return found[0]!.id;
  throw usageError(
    found.length > 1
      ? `"${beginning}" may be ${found.length} disputes.`
      : `There is no dispute "${beginning.slice(0, 80)}".`,
    '"koinon disputes ls" lists them; the beginning of an id or of a receipt is enough, or "last".',
  );
}

function told(dispute: DisputeDetail, nameOf: (address: string) => string, style: Style): string {
  const { id, outcome, stage, accused, accuser, statement, slashed, until, jury, demand } = dispute;
  const stands = outcome === 'open' ? stageWords[stage] : outcome;
  const mark =
    outcome === 'convicted' ? style.red('✗') : outcome === 'open' ? style.dim('…') : style.green('✓');
  return [
    `${mark} ${style.bold(`Dispute ${short(id)}: ${stands}`)}`,
    aboutDispute(dispute),
    '',
    facts(
      [
        ['accused', nameOf(accused)],
        ['accuser', nameOf(accuser)],
        ['receipt', statement],
        ...(jury
          ? ([
              ['step', jury.step],
              ['claimed', jury.claimed],
              ...(jury.majority ? [['majority', jury.majority] as const] : []),
            ] as const)
          : []),
        ...(demand ? ([['to be shown', `${demand.what} ${demand.index}`]] as const) : []),
        ['slashed', `${koin(slashed)} KOIN`],
        ...(outcome === 'open' && until !== undefined ? ([['deadline', timeOf(until)]] as const) : []),
      ],
      style,
    ),
    '',
    ...dispute.timeline.map(act => {
      // A conviction's actor is the accuser; the sentence is about the accused.
      const who = act.who && act.what !== 'convicted' ? ` ${style.dim(`(${nameOf(act.who)})`)}` : '';
      return `  ${style.dim(timeOf(act.timeSeconds))}  ${printable(courtActSentence(act))}${who}  ${style.dim(`tx ${short(act.transaction)}`)}`;
    }),
    '',
    style.dim(
      jury
        ? `Be the jury: koinon verify ${statement} --step ${jury.step}`
        : `Check the work it is about: koinon verify ${statement}`,
    ),
  ].join('\n');
}

/** A time of day where it was today, in UTC. */
function timeOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19);
}
