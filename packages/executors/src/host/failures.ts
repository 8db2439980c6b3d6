import { KoinonError } from '@koinon/protocol';

/** Failures of this machine. None of them says anything about the execution: the job may be run again elsewhere. */
export function hostTimeout(maxRunMs: number): KoinonError {
  return new KoinonError({
    code: 'K_HOST_TIMEOUT',
    message: `The job was stopped: it ran longer than the ${maxRunMs} ms this node allows.`,
    fault: 'platform',
    data: { maxRunMs },
    next: 'Lower the fuel limit of the job, or raise the node’s time limit.',
  });
}

export function hostMemory(maxMemoryBytes: number, reason: string): KoinonError {
  return new KoinonError({
    code: 'K_HOST_MEMORY',
    message: `The job needs more memory than the ${maxMemoryBytes} bytes this node lends: ${reason}.`,
    fault: 'platform',
    data: { maxMemoryBytes },
    next: 'Ask for fewer memory pages, or raise the node’s memory limit.',
  });
}

export function hostKilled(reason: string, data: Record<string, unknown> = {}): KoinonError {
  return new KoinonError({
    code: 'K_HOST_KILLED',
    message: `The process of the job ended without an answer: ${reason}.`,
    fault: 'platform',
    data,
  });
}

export function hostGarbled(reason: string): KoinonError {
  return new KoinonError({
    code: 'K_HOST_GARBLED',
    message: `The process of the job wrote something that is no answer (${reason}) and was killed.`,
    fault: 'platform',
  });
}

export function hostAborted(cause: unknown): KoinonError {
  return new KoinonError({
    code: 'K_HOST_ABORTED',
    message: 'The job was called off while it ran.',
    fault: 'platform',
    cause,
  });
}
