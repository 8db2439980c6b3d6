/** A page of this dashboard with what it shows. */
export type Route =
  | { page: 'network' }
  | { page: 'node'; address: string }
  | { page: 'studies' }
  | { page: 'study'; id: string }
  | { page: 'models' }
  | { page: 'model'; name: string; version?: number }
  | { page: 'data' }
  | { page: 'dataset'; id: string }
  | { page: 'integrity' }
  | { page: 'dispute'; id: string }
  | { page: 'glossary' }
  | { page: 'missing' };

const plain = ['studies', 'models', 'data', 'integrity', 'glossary'] as const;

function isPlain(name: string): name is (typeof plain)[number] {
  return plain.some(each => each === name);
}

/** The route of a path; unknown paths are `missing`, never an error. */
export function routeOf(path: string): Route {
  const [first = '', second, ...rest] = path
    .split('/')
    .filter(part => part !== '')
    .map(decoded);
  const [third, ...further] = rest;
  if (third !== undefined) {
    const isVersion = first === 'models' && /^[1-9][0-9]{0,8}$/.test(third) && further.length === 0;
    return isVersion && second !== undefined
      ? { page: 'model', name: second, version: Number(third) }
      : { page: 'missing' };
  }
  if (second === undefined) {
    if (first === '') return { page: 'network' };
    return isPlain(first) ? { page: first } : { page: 'missing' };
  }
  if (first === 'network') return { page: 'node', address: second };
  if (first === 'studies') return { page: 'study', id: second };
  if (first === 'models') return { page: 'model', name: second };
  if (first === 'data') return { page: 'dataset', id: second };
  if (first === 'integrity') return { page: 'dispute', id: second };
  return { page: 'missing' };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
