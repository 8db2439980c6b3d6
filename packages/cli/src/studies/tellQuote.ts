import { type Quote, quoteSchema } from '@koinon/protocol';
import type { ChosenNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { koin } from '../terminal/amounts.ts';
import { percentOf } from '../terminal/percent.ts';
import { styleFor } from '../terminal/style.ts';

/** Asks what the work costs and what risk is left, and says it before anything is ordered. */
export async function tellQuote(
  surroundings: Surroundings,
  { client, nameOf }: Pick<ChosenNode, 'client' | 'nameOf'>,
  question: Record<string, unknown>,
): Promise<Quote> {
  const quote = await client.post('/api/quotes', question, quoteSchema);
  const style = styleFor(surroundings.stderr, surroundings.environment);
  if (!surroundings.json)
    for (const line of quoteLines(quote, nameOf)) surroundings.stderr.write(`${style.dim(line)}\n`);
  return quote;
}

/** Price and residual risk in two or three sentences. */
export function quoteLines(quote: Quote, nameOf: (address: string) => string): string[] {
  const { assurance, providers, totalAmount, auditRatePpm, risk } = quote;
  const who = providers.map(nameOf).join(' and ');
  const checked: Record<Quote['assurance'], string> = {
    none: 'nobody checks it',
    redundant: `${providers.length} providers do it and their results are compared${auditRatePpm > 0 ? `, ${percentOf(auditRatePpm)} of them replayed by lot` : ''}`,
    replay: `${percentOf(auditRatePpm)} of such results are replayed by a node drawn by lot`,
    'owner-audited': 'the auditor whom the data owner named replays it',
    outcome: 'it is judged by its outcome',
  };
  return [
    `Price: at most ${koin(totalAmount)} KOIN, at ${who}. Assurance: ${assurance}; ${checked[assurance]}.`,
    `Residual risk: were the result wrong, the chance that nobody finds out is ${percentOf(risk.undetectedPpm)}; if somebody does, the provider loses ${koin(risk.lossOnDetection)} KOIN of its stake.`,
    ...(risk.isDeterred || assurance === 'none'
      ? []
      : ['Nothing at stake makes cheating a loss for it under these terms.']),
  ];
}
