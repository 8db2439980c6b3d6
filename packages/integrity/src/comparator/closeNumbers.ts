export interface Tolerance {
  rtol: number;
  atol: number;
}

/**
 * |a − b| ≤ atol + rtol·max(|a|, |b|). Symmetric, unlike NumPy's `allclose`: neither replica is the reference. NaN is close to
 * NaN (a missing cell), infinities only to themselves.
 */
export function isClose(a: number, b: number, { rtol, atol }: Tolerance): boolean {
  if (Object.is(a, b) || a === b) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  return Math.abs(a - b) <= atol + rtol * Math.max(Math.abs(a), Math.abs(b));
}

/** Where two JSON values differ beyond the tolerance, as a path; undefined when they do not. */
export function jsonDifference(a: unknown, b: unknown, tolerance: Tolerance, path = ''): string | undefined {
  const here = path === '' ? 'the value' : path;
  if (typeof a === 'number' && typeof b === 'number') {
    return isClose(a, b, tolerance) ? undefined : `${here} is ${a} and ${b}`;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return `${here} has ${a.length} and ${b.length} items`;
    return firstOf(a.map((item, i) => () => jsonDifference(item, b[i], tolerance, `${path}[${i}]`)));
  }
  if (isRecord(a) && isRecord(b)) {
    const names = Object.keys(a).sort();
    if (names.join('\n') !== Object.keys(b).sort().join('\n')) return `${here} has other members`;
    return firstOf(
      names.map(
        name => () => jsonDifference(a[name], b[name], tolerance, path === '' ? name : `${path}.${name}`),
      ),
    );
  }
  return a === b ? undefined : `${here} differs`;
}

function firstOf(checks: Array<() => string | undefined>): string | undefined {
  for (const check of checks) {
    const found = check();
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
