/** Who has to act: the person at the keyboard, another node, the chain or its RPC, this machine, or us. */
export type Fault = 'user' | 'peer' | 'chain' | 'platform' | 'bug';

export interface KoinonErrorOptions {
  /** Stable, `K_` and upper case; programs branch on it. */
  code: `K_${string}`;
  /** What happened and why, one sentence for a person. */
  message: string;
  fault: Fault;
  /** Facts a program may need; never a secret. */
  data?: Record<string, unknown>;
  /** What to type or do next. */
  next?: string;
  cause?: unknown;
}

/** The one error type of the project: what happened, why, whose fault, what to do next. */
export class KoinonError extends Error {
  override readonly name = 'KoinonError';
  readonly code: `K_${string}`;
  readonly fault: Fault;
  readonly data: Record<string, unknown>;
  readonly next: string | undefined;

  constructor(options: KoinonErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.fault = options.fault;
    this.data = options.data ?? {};
    this.next = options.next;
  }

  /** The form that crosses a wire or a `--json` output; the cause stays at home. */
  toJSON(): ErrorRecord {
    return {
      code: this.code,
      message: this.message,
      fault: this.fault,
      data: this.data,
      ...(this.next === undefined ? {} : { next: this.next }),
    };
  }
}

export interface ErrorRecord {
  code: string;
  message: string;
  fault: Fault;
  data: Record<string, unknown>;
  next?: string;
}

/** The error as a `KoinonError`; anything unforeseen becomes `K_UNEXPECTED`, our fault. */
export function asKoinonError(error: unknown): KoinonError {
  if (error instanceof KoinonError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new KoinonError({ code: 'K_UNEXPECTED', message, fault: 'bug', cause: error });
}
