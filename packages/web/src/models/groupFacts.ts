import type { EvaluationMetrics, GroupMetrics } from '../api/answers.ts';

/** The Wilson interval of a share, 95 %: where the true share may well lie, given so many rows. Both in 0 to 1. */
export function wilson(share: number, rows: number): { low: number; high: number } {
  if (rows === 0) return { low: 0, high: 1 };
  const z = 1.96;
  const centre = share + (z * z) / (2 * rows);
  const spread = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * rows)) / rows);
  const scale = 1 + (z * z) / rows;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

/** The groups by their column, in the order of the file. */
export function byColumn(groups: readonly GroupMetrics[]): Map<string, GroupMetrics[]> {
  const columns = new Map<string, GroupMetrics[]>();
  for (const group of groups) columns.set(group.column, [...(columns.get(group.column) ?? []), group]);
  return columns;
}

/** The group with the lowest accuracy, or undefined where none has one. */
export function worstGroup({ groups }: Pick<EvaluationMetrics, 'groups'>): GroupMetrics | undefined {
  return groups
    .filter(({ accuracy }) => accuracy !== null)
    .reduce<GroupMetrics | undefined>(
      (worst, group) => (worst && (worst.accuracy ?? 1) <= (group.accuracy ?? 1) ? worst : group),
      undefined,
    );
}

/**
 * True where a group's accuracy is below the overall one by more than chance explains (95 %, one group at a time). Never for a
 * group whose rows are not told: it may be small.
 */
export function isClearlyWorse(group: GroupMetrics, overall: number | null): boolean {
  if (overall === null || group.accuracy === null || group.rows === null) return false;
  return wilson(group.accuracy, group.rows).high < overall;
}

/** The figures as CSV, one line per group, the whole first. */
export function metricsCsv({ overall, groups }: Pick<EvaluationMetrics, 'overall' | 'groups'>): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const line = (column: string, value: string, of: Omit<GroupMetrics, 'column' | 'value'>) =>
    [quoted(column), quoted(value), of.rows, of.accuracy, of.logLoss, of.rocAuc, of.expectedCalibrationError]
      .map(cell => cell ?? '')
      .join(',');
  return `${[
    'column,value,rows,accuracy,logLoss,rocAuc,expectedCalibrationError',
    line('(all)', '(all)', overall),
    ...groups.map(group => line(group.column, group.value, group)),
  ].join('\n')}\n`;
}
