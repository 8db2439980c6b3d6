import { cidOfBlob, toWire, utf8 } from '@koinon/protocol';

/** One change to a structure in its wire form. */
export interface Tampering {
  path: string;
  what: 'altered' | 'left out' | 'repeated';
  value: unknown;
}

type Step = string | number;

/** The structure with each leaf altered, each member left out and each element of a list left out or repeated. */
export function* tamperings(structure: unknown): Generator<Tampering> {
  const wire = toWire(structure);
  for (const path of pathsOf(wire)) {
    const found = at(wire, path);
    if (typeof found !== 'object' || found === null) {
      for (const value of alterations(found)) {
        yield { path: path.join('.'), what: 'altered', value: replaced(wire, path, () => value) };
      }
    }
    const parent = path.slice(0, -1);
    const key = path.at(-1)!;
    yield { path: path.join('.'), what: 'left out', value: replaced(wire, parent, it => without(it, key)) };
    if (typeof key === 'number') {
      yield {
        path: path.join('.'),
        what: 'repeated',
        value: replaced(wire, parent, it => [...(it as unknown[]), (it as unknown[])[key]]),
      };
    }
  }
}

function* pathsOf(value: unknown, path: Step[] = []): Generator<Step[]> {
  if (path.length > 0) yield path;
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* pathsOf(item, [...path, i]);
  else if (value !== null && typeof value === 'object') {
    for (const [key, member] of Object.entries(value)) yield* pathsOf(member, [...path, key]);
  }
}

/** Other values of the same kind, so that a schema alone does not find them. */
function alterations(value: unknown): unknown[] {
  if (typeof value === 'number') return value > 0 ? [value + 1, value - 1] : [value + 1];
  if (typeof value !== 'string') return [];
  if (/^0x[0-9a-f]+$/.test(value)) return [nibble(value, value.length - 1)];
  if (/^[0-9]+$/.test(value)) return [(BigInt(value) + 1n).toString()];
  if (value.startsWith('baf')) return [cidOfBlob(utf8.encode('something else'))];
  return [`${value}x`];
}

function nibble(text: string, index: number): string {
  const other = (Number.parseInt(text[index]!, 16) ^ 1).toString(16);
  return text.slice(0, index) + other + text.slice(index + 1);
}

function at(value: unknown, path: readonly Step[]): unknown {
  return path.reduce<unknown>((it, key) => (it as Record<Step, unknown>)[key], value);
}

function replaced(value: unknown, path: readonly Step[], make: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return make(value);
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? replaced(item, rest, make) : item));
  const members = value as Record<string, unknown>;
  return { ...members, [key]: replaced(members[key], rest, make) };
}

function without(value: unknown, key: Step): unknown {
  if (Array.isArray(value)) return value.filter((_, i) => i !== key);
  return Object.fromEntries(Object.entries(value as object).filter(([name]) => name !== key));
}

/** The bytes with one of them changed. */
export function flipped(bytes: Uint8Array, index: number, mask: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[index % copy.length]! ^= mask;
  return copy;
}
