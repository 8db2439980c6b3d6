import { equalBytes, KoinonError, utf8 } from '@koinon/protocol';
import { decodeSafetensors, type Safetensors } from '@koinon/tabular';
import { isClose, jsonDifference, type Tolerance } from './closeNumbers.ts';
import type { Comparator } from './comparator.ts';

/** Output files by name. */
export type Outputs = ReadonlyMap<string, Uint8Array>;

export interface Comparison {
  same: boolean;
  /** What differs first, for a person; empty when nothing does. */
  difference: string;
}

const SAME: Comparison = { same: true, difference: '' };
const differs = (difference: string): Comparison => ({ same: false, difference });

/**
 * Whether two replicas' outputs are one result under the comparator. Bytes that cannot be read as what their name says are
 * different, never an error: a stranger wrote them. Throws `K_COMPARATOR_PROGRAM`: a program is a job, which the caller runs.
 */
export function compareOutputs(comparator: Comparator, a: Outputs, b: Outputs): Comparison {
  switch (comparator.kind) {
    case 'bytes':
      return compareFiles(a, b, (_, one, other) => (equalBytes(one, other) ? undefined : 'has other bytes'));
    case 'allclose':
      return compareFiles(a, b, (name, one, other) => closeFiles(name, one, other, comparator));
    case 'metric':
      return compareMetric(a, b, comparator.path, comparator.delta);
    case 'program':
      throw new KoinonError({
        code: 'K_COMPARATOR_PROGRAM',
        message: 'This comparator is a program and has to be run as a job.',
        fault: 'user',
        data: { program: comparator.program },
      });
  }
}

function compareFiles(
  a: Outputs,
  b: Outputs,
  differenceOf: (name: string, one: Uint8Array, other: Uint8Array) => string | undefined,
): Comparison {
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  for (const name of names) {
    const [one, other] = [a.get(name), b.get(name)];
    if (!one || !other) return differs(`${name} is in one of them only`);
    const difference = differenceOf(name, one, other);
    if (difference !== undefined) return differs(`${name}: ${difference}`);
  }
  return SAME;
}

function closeFiles(
  name: string,
  one: Uint8Array,
  other: Uint8Array,
  tolerance: Tolerance,
): string | undefined {
  if (equalBytes(one, other)) return undefined;
  try {
    if (name.endsWith('.json')) {
      return jsonDifference(JSON.parse(utf8.decode(one)), JSON.parse(utf8.decode(other)), tolerance);
    }
    if (name.endsWith('.safetensors')) {
      return tensorDifference(decodeSafetensors(one), decodeSafetensors(other), tolerance);
    }
  } catch {
    return 'one of the two cannot be read';
  }
  return 'has other bytes';
}

/** Codes (I32) have no tolerance: a category is another one or it is not. */
function tensorDifference(a: Safetensors, b: Safetensors, tolerance: Tolerance): string | undefined {
  const names = [...a.tensors.keys()].sort();
  if (names.join('\n') !== [...b.tensors.keys()].sort().join('\n')) return 'has other tensors';
  for (const [key, text] of a.metadata) if (b.metadata.get(key) !== text) return `metadata ${key} differs`;
  if (a.metadata.size !== b.metadata.size) return 'has other metadata';
  for (const name of names) {
    const [one, other] = [a.tensors.get(name)!, b.tensors.get(name)!];
    if (one.dtype !== other.dtype || one.shape.join() !== other.shape.join())
      return `${name} has another shape`;
    const exact = one.dtype === 'I32';
    for (let i = 0; i < one.values.length; i++) {
      const [x, y] = [one.values[i]!, other.values[i]!];
      if (exact ? x !== y : !isClose(x, y, tolerance)) return `${name}[${i}] is ${x} and ${y}`;
    }
  }
  return undefined;
}

function compareMetric(a: Outputs, b: Outputs, path: string, delta: number): Comparison {
  const [x, y] = [metricOf(a, path), metricOf(b, path)];
  if (x === undefined || y === undefined) return differs(`metrics.json has no number at ${path}`);
  return Math.abs(x - y) <= delta ? SAME : differs(`${path} is ${x} and ${y}`);
}

/** The number at a path of metrics.json (`overall.accuracy`, `groups.0.accuracy`); undefined when there is none. */
function metricOf(outputs: Outputs, path: string): number | undefined {
  const bytes = outputs.get('metrics.json');
  if (!bytes) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    return undefined;
  }
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
