/** Figures of a file that the gate wrote, as rows of name, value and what they are of. */
export function figuresIn(text: string): [name: string, value: string, of: string][] {
  const { groups, overall, ...own } = JSON.parse(text) as {
    groups?: Record<string, unknown>[];
    overall?: Record<string, unknown>;
  };
  return [
    ...rowsOf('all rows', { ...own, ...overall }),
    ...(groups ?? []).flatMap(({ column, value, ...figures }) => rowsOf(`${column} = ${value}`, figures)),
  ];
}

function rowsOf(of: string, figures: Record<string, unknown>): [string, string, string][] {
  return Object.entries(figures)
    .filter(([name, value]) => name !== 'version' && (typeof value !== 'object' || value === null))
    .map(([name, value]) => [name, value === null ? 'none' : String(value), of]);
}
