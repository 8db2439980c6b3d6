import { courtRoutes } from '@koinon/api';
import type { IntegrityView } from '@koinon/protocol';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { koin } from '../terminal/amounts.ts';
import { percentOf } from '../terminal/percent.ts';
import { printResult } from '../terminal/printResult.ts';
import type { Style } from '../terminal/style.ts';
import { facts, table } from '../terminal/table.ts';

/** Audits, disputes, stake against exposure, residual risk and logs, as the node sees them. */
export async function showIntegrity(surroundings: Surroundings): Promise<void> {
  const { client, names } = chooseNode(surroundings, 'researcher');
  const view = await client.call(courtRoutes.integrity);
  const nameOf = await names();
  printResult(surroundings, view, style => told(view, nameOf, style));
}

function told(view: IntegrityView, nameOf: (address: string) => string, style: Style): string {
  const { audits, disputes, slashed, providers, logs } = view;
  const compared = audits.agrees + audits.differs;
  const agreement =
    compared === 0
      ? 'nothing compared yet'
      : `${percentOf((audits.agrees / compared) * 1_000_000)} (${audits.agrees} of ${compared} replays)`;
  const lines = [
    style.bold('Audits and disputes'),
    facts(
      [
        ['audits drawn', `${audits.drawn} of ${audits.receipts} receipts`],
        ['audits done', `${audits.done}, ${audits.unavailable} could not be made`],
        ['agreement', agreement],
        [
          'disputes',
          `${disputes.open} open, ${disputes.convicted} convicted, ${disputes.acquitted} acquitted, ${disputes.undecided} undecided`,
        ],
        ['slashed', `${koin(slashed)} KOIN`],
        ['lot drawn from', view.beacon === 'block' ? 'hashes of later blocks' : 'drand (quicknet)'],
      ],
      style,
    ),
  ];
  if (providers.length > 0) {
    lines.push(
      '',
      style.bold('Stake, exposure and residual risk'),
      table(
        ['NODE', 'STAKE', 'EXPOSED', 'AUDITS OK', 'REPLAYED', 'IN LEAGUE', 'NEVER FOUND', 'WOULD LOSE'],
        providers.map(({ operator, stake, exposure, risk }) => [
          nameOf(operator),
          koin(stake),
          koin(exposure),
          String(risk.agreements),
          percentOf(risk.auditRatePpm),
          percentOf(risk.collusionPpm),
          percentOf(risk.undetectedPpm),
          koin(risk.lossOnDetection),
        ]),
        style,
      ),
      style.dim(
        'NEVER FOUND, of a wrong result: 1 − REPLAYED × (chance that a replay tells) × (1 − IN LEAGUE). Amounts in KOIN.',
      ),
    );
  }
  if (logs.length > 0) {
    lines.push(
      '',
      style.bold('Logs'),
      table(
        ['NODE', 'LOG', 'ENTRIES', 'ON CHAIN', 'TROUBLE'],
        logs.map(({ operator, state, size, anchoredSize, trouble }) => [
          nameOf(operator),
          state,
          size,
          anchoredSize,
          trouble ?? '-',
        ]),
        style,
      ),
    );
  }
  return lines.join('\n');
}
