import { type Metric, readings } from '@koinon/kernel';
import type { AuditBook } from './auditBook.ts';

export function auditMetrics(audits: Pick<AuditBook, 'counts'>): Metric[] {
  const countOf = (state: string) => audits.counts().get(state) ?? 0;
  return [
    {
      name: 'koinon_audits_total',
      help: 'Receipts replayed, or refused to be.',
      kind: 'counter',
      label: 'result',
      read: () => readings({ reported: countOf('reported'), refused: countOf('refused') }),
    },
    {
      name: 'koinon_audits_under_way',
      help: 'Receipts waiting for their replay.',
      kind: 'gauge',
      read: () => [{ value: countOf('pending') }],
    },
  ];
}
