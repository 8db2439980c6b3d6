import { KoinonError } from '@koinon/protocol';
import { type Confinement, confinementText, isAdequate } from './confinement.ts';
import type { FoundSandbox, Sandbox } from './sandbox.ts';

/** How long a finding is believed where an adequate sandbox is required; an administrator may change the machine. */
const BELIEVED_MS = 600_000;
/** The same for a finding that keeps jobs from running. */
const RETRIED_MS = 10_000;

export interface ConfinementGuard {
  /** The sandbox for a job. Throws `K_SANDBOX_REQUIRED` where one is required and what is there is not adequate. */
  sandbox(): Promise<Sandbox>;
  confinement(): Promise<Confinement>;
}

/** Stands between jobs and whatever sandbox there is. */
export function confinementGuard({
  find,
  isRequired,
  onFound,
  nowMs = () => performance.now(),
}: {
  find: (options: { fresh: boolean }) => Promise<FoundSandbox>;
  isRequired: boolean;
  onFound?: (confinement: Confinement) => void;
  nowMs?: () => number;
}): ConfinementGuard {
  let found: Promise<FoundSandbox> | undefined;
  let told: string | undefined;
  let staleAtMs = Number.POSITIVE_INFINITY;
  const look = (fresh: boolean): Promise<FoundSandbox> => {
    const looking = find({ fresh }).then(
      result => {
        if (isRequired) staleAtMs = nowMs() + (isAdequate(result.confinement) ? BELIEVED_MS : RETRIED_MS);
        const text = confinementText(result.confinement);
        if (text !== told) onFound?.(result.confinement);
        told = text;
        return result;
      },
      error => {
        if (found === looking) found = undefined;
        throw error;
      },
    );
    staleAtMs = Number.POSITIVE_INFINITY; // until it is known, everybody waits for this one
    return looking;
  };
  const current = (): Promise<FoundSandbox> => {
    if (found === undefined) found = look(false);
    else if (nowMs() >= staleAtMs) found = look(true);
    return found;
  };
  return {
    sandbox: async () => {
      const { sandbox, confinement } = await current();
      if (isRequired && !isAdequate(confinement)) throw unconfined();
      return sandbox;
    },
    confinement: async () => (await current()).confinement,
  };
}

/** Strangers hear this one, whose jobs are refused: it names no hole. */
export function unconfined(): KoinonError {
  return new KoinonError({
    code: 'K_SANDBOX_REQUIRED',
    message: 'This node takes no jobs now: its sandbox does not work as it has to.',
    fault: 'platform',
    next: 'Ask its operator to look at "koinon node status", or take another node.',
  });
}

/** Throws `K_SANDBOX_REQUIRED`, with all that its operator should know, unless jobs are kept from network, root, files and privileges. */
export function requireAdequate(confinement: Confinement): void {
  if (isAdequate(confinement)) return;
  throw new KoinonError({
    code: 'K_SANDBOX_REQUIRED',
    message: `This node runs programs of others only in a sandbox, and jobs here would run in ${confinementText(confinement)}: one fault in V8 would then be enough.`,
    fault: 'platform',
    data: { kind: confinement.kind, missing: confinement.missing },
    next: 'Install bubblewrap ("apt-get install bubblewrap") and allow user namespaces to the user of the node; docs/sandbox.md says how. Or set "sandbox": "available" in config.json, if you accept that.',
  });
}
