import { type Metric, readings } from '@koinon/kernel';
import { type CaseBook, caseStates } from './caseBook.ts';
import type { ReplayBook } from './replayBook.ts';

export function courtMetrics(cases: Pick<CaseBook, 'counts'>, replays: Pick<ReplayBook, 'size'>): Metric[] {
  return [
    {
      name: 'koinon_court_cases',
      help: 'Receipts this node found false, by what became of them.',
      kind: 'gauge',
      label: 'state',
      read: () =>
        readings(Object.fromEntries(caseStates.map(state => [state, cases.counts().get(state) ?? 0]))),
    },
    {
      name: 'koinon_court_replays',
      help: 'Executions this node has of its own, for audits and juries.',
      kind: 'gauge',
      read: () => [{ value: replays.size }],
    },
  ];
}
