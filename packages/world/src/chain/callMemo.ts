import type { Context } from './blockHeader.ts';
import type { Call, Outcome } from './evmState.ts';

/** Most outcomes that are kept. */
const KEPT = 4_096;

/** Outcomes of calls. One that did not look at its block is the same at every block with that state. */
export interface CallMemo {
  /** `state` and `place` name the state and the block as far as calls can tell. */
  of(
    call: Call,
    at: { state: string; place: string },
    context: () => Context,
    attempt: (context: Context) => Promise<Outcome>,
  ): Promise<Outcome>;
}

export function callMemo(): CallMemo {
  const known = new Map<string, { outcome: Outcome; place: string | undefined }>();
  return {
    async of({ from = '', to = '', data = '' }, { state, place }, contextAt, attempt) {
      const key = `${state} ${from} ${to} ${data}`;
      const before = known.get(key);
      if (before !== undefined && (before.place === undefined || before.place === place))
        return before.outcome;
      const context = contextAt();
      const outcome = await attempt(context);
      if (known.size >= KEPT) known.clear();
      known.set(key, { outcome, place: context.wasRead() ? place : undefined });
      return outcome;
    },
  };
}
