import type { RunRequest } from '@koinon/api';
import { usageError } from '../terminal/usageError.ts';

export type RunInput =
  | { name: string; file: string }
  | { name: string; dataset: string; rows: 'training' | 'held-back' }
  /** A model to be measured, by a CID or in a file. */
  | { name: string; candidate: string };

type Json = RunRequest['params'][string];

const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const CLASSES = ['model', 'metrics', 'evaluation', 'table'] as const;
const HELD_BACK = '/held-back';

/** `name=path`, `name=dataset:ID`, `name=dataset:ID/held-back` or `name=candidate:CID-or-path`. Throws `K_USAGE`. */
export function parseInput(text: string): RunInput {
  const { name, value } = pair(
    '--input',
    text,
    'table.safetensors=cohort.csv or table.safetensors=dataset:1',
  );
  requireFileName('--input', name);
  const [, kind, what = ''] = /^(dataset|candidate):(.*)$/.exec(value) ?? [];
  if (kind === undefined) return { name, file: value };
  const isHeldBack = kind === 'dataset' && what.endsWith(HELD_BACK);
  const named = isHeldBack ? what.slice(0, -HELD_BACK.length) : what;
  if (named === '' || (kind === 'dataset' && named.includes('/'))) {
    throw usageError(
      `--input cannot be "${text}".`,
      'Write dataset:1 for its training rows, dataset:1/held-back for those held back, candidate:model.onnx for a model to measure.',
    );
  }
  if (kind === 'candidate') return { name, candidate: named };
  return { name, dataset: named, rows: isHeldBack ? 'held-back' : 'training' };
}

/** `name=value`, the value as JSON where it is JSON, else as text. Throws `K_USAGE`. */
export function parseParameter(text: string): [string, Json] {
  const { name, value } = pair('--param', text, 'target=outcome or l2=0.5');
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

/** `name:class`. Throws `K_USAGE`. */
export function parseOutput(text: string): { name: string; class: (typeof CLASSES)[number] } {
  const at = text.lastIndexOf(':');
  const name = text.slice(0, Math.max(at, 0));
  const found = CLASSES.find(candidate => candidate === text.slice(at + 1));
  if (at < 1 || !found) {
    throw usageError(
      `--output cannot be "${text}".`,
      `Write NAME:CLASS with one of ${CLASSES.join(', ')}, such as result.json:metrics.`,
    );
  }
  requireFileName('--output', name);
  return { name, class: found };
}

function pair(option: string, text: string, example: string): { name: string; value: string } {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return { name: text.slice(0, at), value: text.slice(at + 1) };
  throw usageError(`${option} cannot be "${text}".`, `Write NAME=VALUE, such as ${example}.`);
}

function requireFileName(option: string, name: string): void {
  if (FILE_NAME.test(name)) return;
  throw usageError(
    `${option} names a file "${name}", which a program cannot have.`,
    'Use letters, digits, dot, hyphen and underscore, at most 64.',
  );
}
