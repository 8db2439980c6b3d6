import { badComparator, type Comparator, comparatorSchema } from './comparator.ts';

/** A comparator as people type it: `bytes`, `allclose:1e-5,1e-8`, `metric:overall.accuracy,0.01`, `program:0x…`. Throws `K_BAD_COMPARATOR`. */
export function parseComparator(text: string): Comparator {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  const terms = colon < 0 ? [] : text.slice(colon + 1).split(',');
  const parsed = comparatorSchema.safeParse(termsOf(kind, terms));
  if (!parsed.success) throw badComparator(`"${text}" is none`, parsed.error);
  return parsed.data;
}

function termsOf(kind: string, terms: string[]): unknown {
  if (kind === 'bytes' && terms.length === 0) return { kind };
  if (kind === 'allclose' && terms.length === 2)
    return { kind, rtol: numberOf(terms[0]), atol: numberOf(terms[1]) };
  if (kind === 'metric' && terms.length === 2) return { kind, path: terms[0], delta: numberOf(terms[1]) };
  if (kind === 'program' && terms.length === 1) return { kind, program: terms[0] };
  return undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined || text.trim() === '' ? undefined : Number(text);
}

/** The comparator as `parseComparator` reads it. */
export function formatComparator(comparator: Comparator): string {
  switch (comparator.kind) {
    case 'bytes':
      return 'bytes';
    case 'allclose':
      return `allclose:${comparator.rtol},${comparator.atol}`;
    case 'metric':
      return `metric:${comparator.path},${comparator.delta}`;
    case 'program':
      return `program:${comparator.program}`;
  }
}
