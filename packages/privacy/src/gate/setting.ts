import type { Manifest, Policy, PublicColumn, TableDescription } from '@koinon/protocol';

export type WordColumn = Extract<PublicColumn, { type: 'category' }>;

/** All that readers, writers and counts of a job's artefacts may depend on: what is public before it runs. */
export interface Setting {
  policy: Policy;
  description: TableDescription;
  /** What the job predicts; its words are the classes. */
  target: WordColumn;
  /** What it predicts from, in the dataset's order. */
  features: readonly PublicColumn[];
  /** Columns an evaluation is broken down by, in the dataset's order: those that job and policy both name. */
  groups: readonly WordColumn[];
  /** Rows of the part the job reads, as everybody knows them. */
  approximateRows: number;
}

/** The setting of a job, or why none of the known classes can come of it. */
export function settingOf(
  policy: Policy,
  manifest: Manifest,
  description: TableDescription,
): Setting | { none: string } {
  const { params } = manifest;
  const name = params['target'];
  const target = description.columns.find(column => column.name === name);
  if (typeof name !== 'string' || !target)
    return { none: 'Its parameter "target" names no column of the dataset.' };
  if (target.type !== 'category')
    return { none: `Its target "${name}" is a column of numbers, whose values nobody made public.` };
  if (target.dictionary.length < 2) return { none: `Its target "${name}" has fewer than two words.` };
  const excluded = namesIn(params['exclude']);
  const features = description.columns.filter(column => column !== target && !excluded.has(column.name));
  const wanted = namesIn(params['groupBy']);
  const groups = description.columns.filter(
    (column): column is WordColumn =>
      column.type === 'category' &&
      column !== target &&
      wanted.has(column.name) &&
      policy.groups.includes(column.name),
  );
  const part = manifest.inputs.flatMap(({ source }) => ('dataset' in source ? [source.dataset.rows] : []))[0];
  const approximateRows =
    part === 'held-back' ? description.approximateHeldBackRows : description.approximateRows;
  return { policy, description, target, features, groups, approximateRows };
}

function namesIn(value: unknown): Set<string> {
  return new Set(
    Array.isArray(value) ? value.filter((name): name is string => typeof name === 'string') : [],
  );
}
