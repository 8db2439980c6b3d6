import type { Row, Summary } from './summary.ts';

const columns: Array<{ title: string; of: (row: Row) => string }> = [
  { title: 'cheater', of: row => row.kind },
  { title: 'rings', of: row => String(row.rings) },
  { title: 'chances', of: row => String(row.trials) },
  { title: 'formula', of: row => percent(row.predicted) },
  { title: 'caught', of: row => `${percent(row.measured)} ±${(100 * row.error).toFixed(1)}` },
  { title: 'z', of: row => (Number.isFinite(row.z) ? row.z.toFixed(1) : '∞') },
  { title: 'convicted', of: row => `${row.convicted}/${row.rings}` },
  { title: 'minutes', of: row => row.minutesToConviction?.toFixed(0) ?? '-' },
  { title: 'gas', of: row => row.gasToConviction?.toLocaleString('en-GB') ?? '-' },
  { title: 'stolen KOIN', of: row => row.stolenKoin.toFixed(1) },
  { title: 'net KOIN', of: row => row.netKoin.toFixed(1) },
];

/** The table and what stands below it. */
export function formatSummary(summary: Summary): string {
  const cells = [
    columns.map(({ title }) => title),
    ...summary.rows.map(row => columns.map(({ of }) => of(row))),
  ];
  const widths = columns.map((_, i) => Math.max(...cells.map(line => line[i]!.length)));
  const lines = cells.map(line =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
  return [
    `${summary.runs} runs, ${summary.nodes} nodes, ${summary.jobs} jobs, ${Math.round(summary.gasPerJob)} gas a job`,
    '',
    ...lines,
    '',
    `Honest nodes: ${summary.honestConvicted} convicted, ${summary.honestLossKoin} KOIN of stake lost. Disputes without an end: ${summary.unfinished}.`,
    ...summary.honestLosses,
    `Digest ${summary.digest}: the same seeds give the same one.`,
  ].join('\n');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
