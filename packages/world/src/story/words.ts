import type { StoryEvent } from './story.ts';

type Facts = Record<string, unknown>;

const KOIN = 10n ** 18n;
const koin = (amount: unknown) => `${Number((BigInt(String(amount)) * 10_000n) / KOIN) / 10_000} KOIN`;
const short = (id: unknown) => String(id).slice(0, 10);
const reason = ({ reason: said, code }: Facts) => `${code ? `${String(code)}: ` : ''}${String(said)}`;

/** What each event says, after the name of who did it. */
const sentences: Record<string, (facts: Facts) => string> = {
  fault: ({ words }) => String(words),
  healed: () => 'is whole again; from here on everything must come to its end',
  'study-begun': ({ study, kind }) => `begins study ${short(study)} on ${String(kind)} rows`,
  'study-done': ({ study }) => `has the result of study ${short(study)}`,
  'study-failed': facts => `gives study ${short(facts['study'])} up: ${reason(facts)}`,
  'dataset-published': ({ name }) => `takes the table "${String(name)}" into custody`,
  'grant-requested': ({ request }) => `is asked for a grant (${short(request)})`,
  'grant-approved': ({ request }) => `grants request ${short(request)}`,
  'order-accepted': ({ order }) => `takes on order ${short(order)}`,
  'job-failed': facts => `could not do order ${short(facts['order'])}: ${reason(facts)}`,
  'receipt-sealed': ({ receipt }) => `signs receipt ${short(receipt)}`,
  'log-anchored': ({ size }) => `anchors its log of ${String(size)} entries`,
  'anchor-failed': facts => `could not anchor its log: ${reason(facts)}`,
  'audit-reported': ({ receipt }) => `reports what its replay of ${short(receipt)} came to`,
  'audit-refused': facts => `refuses to audit ${short(facts['receipt'])}: ${reason(facts)}`,
  'channel-funded': ({ deposit }) => `puts ${koin(deposit)} into a channel`,
  'voucher-accepted': ({ cumulativeAmount }) => `is paid by voucher, ${koin(cumulativeAmount)} in all`,
  'vouchers-claimed': ({ claimed }) => `claims ${koin(claimed)}`,
  'claim-failed': facts => `could not claim: ${reason(facts)}`,
  'dispute-accused': ({ receipt }) => `accuses the signer of receipt ${short(receipt)}`,
  'court-failed': facts => `fails at a matter of the court: ${reason(facts)}`,
  'court-refused': facts => `is refused by the court: ${reason(facts)}`,
  'demand-answered': ({ what }) => `answers a demand for its ${String(what)}`,
  'court-paid': ({ amount }) => `takes ${koin(amount)} that the court owes it`,
  'node-named': ({ name }) => `has the name ${String(name)}`,
};

/** One event as a line: when, who, what. */
export function inWords({ atMs, who, event, facts }: StoryEvent): string {
  const what = sentences[event]?.(facts) ?? `${event.replaceAll('-', ' ')}${plain(facts)}`;
  return `${clockOf(atMs)}  ${who.padEnd(10)}  ${what}`;
}

function clockOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 23);
}

function plain(facts: Facts): string {
  const parts = Object.entries(facts).map(([key, value]) => `${key} ${String(value).slice(0, 60)}`);
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}
