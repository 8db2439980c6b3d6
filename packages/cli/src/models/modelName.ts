import { usageError } from '../terminal/usageError.ts';

export interface ModelReference {
  name: string;
  /** The newest when undefined. */
  version: number | undefined;
}

/** `name` or `name@version`. Throws `K_USAGE`. */
export function parseModelName(text: string): ModelReference {
  const match = /^([a-z0-9][a-z0-9-]{0,62})(?:@([1-9]\d{0,8}))?$/.exec(text);
  if (match) return { name: match[1]!, version: match[2] === undefined ? undefined : Number(match[2]) };
  throw usageError(
    `"${text.slice(0, 80)}" is not the name of a model.`,
    'Write NAME, or NAME@VERSION for an older one; "koinon models ls" lists them.',
  );
}
