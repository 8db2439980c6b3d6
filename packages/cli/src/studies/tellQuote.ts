import { studiesRoutes } from '@koinon/api';
import type { Quote } from '@koinon/protocol';
import type { QuestionOf } from '@koinon/sdk';
import type { ChosenNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { koin } from '../terminal/amounts.ts';
import { percentOf } from '../terminal/percent.ts';
import { styleFor } from '../terminal/style.ts';

type QuoteQuestion = NonNullable<QuestionOf<typeof studiesRoutes.quote>['body']>;
type Release = NonNullable<Quote['release']>;

/** Asks what the work costs, what risk is left and how much it could tell, and says it before anything is ordered. */
export async function tellQuote(
  surroundings: Surroundings,
  { client, names }: Pick<ChosenNode, 'client' | 'names'>,
  question: QuoteQuestion,
): Promise<Quote> {
  const quote = await askQuote({ client }, question);
  const style = styleFor(surroundings.stderr, surroundings.environment);
  if (!surroundings.json)
    for (const line of quoteLines(quote, await names())) surroundings.stderr.write(`${style.dim(line)}\n`);
  return quote;
}

/** Asks what the work costs, and says nothing of it. */
export function askQuote({ client }: Pick<ChosenNode, 'client'>, question: QuoteQuestion): Promise<Quote> {
  return client.call(studiesRoutes.quote, { body: question });
}

/** Price, residual risk and bits in a few sentences. */
export function quoteLines(quote: Quote, nameOf: (address: string) => string): string[] {
  const { assurance, providers, totalAmount, auditRatePpm, risk, release } = quote;
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
    ...(release ? releaseLines(release) : []),
  ];
}

const JOBS: Record<Release['jobs'][number]['job'], string> = {
  train: 'the training',
  measure: 'the test on rows held back',
  run: 'the job',
};

/** What everybody together can learn of the private rows, and what the owner lets out. */
function releaseLines({ jobs, caps }: Release): string[] {
  return [
    ...jobs.map(
      ({ job, bits, terms }) =>
        `Bits: all that anybody outside can see of ${JOBS[job]} tells at most ${count(bits)} bits about the rows: ${terms.map(termOf).join(', ')}.`,
    ),
    ...(jobs.some(({ job }) => job === 'train') && !jobs.some(({ job }) => job === 'measure')
      ? ['The test on public rows is ordered, and paid, besides: at the cheapest provider.']
      : []),
    `The owner allows ${count(caps.job)} bits a job, and ${count(caps.requesterYear)} in a year to you.`,
  ];
}

function termOf({ kind, name, bits }: Release['jobs'][number]['terms'][number]): string {
  const what: Record<typeof kind, string> = {
    file: name ?? 'a file',
    outcome: 'whether and when it ended',
    report: 'the auditor’s report',
  };
  return `${what[kind]} ${bits.toFixed(1)}`;
}

function count(bits: number): string {
  return bits.toLocaleString('en-US');
}
