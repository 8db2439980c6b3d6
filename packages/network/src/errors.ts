import { type Hex, KoinonError } from '@koinon/protocol';

export function peerUnknown(operator: Hex, why = 'it is not in the registry'): KoinonError {
  return new KoinonError({
    code: 'K_PEER_UNKNOWN',
    message: `No way to reach node ${operator}: ${why}.`,
    fault: 'user',
    data: { operator },
    next: 'Check the address, or ask the operator to register the node.',
  });
}

/** `sent`: the request may have been received, so only the caller can say whether to repeat it. */
export function peerUnreachable(operator: Hex, why: string, sent: boolean, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_PEER_UNREACHABLE',
    message: `Node ${operator} cannot be reached: ${why}.`,
    fault: 'peer',
    data: { operator, sent },
    next: 'Try again later, or choose another node.',
    cause,
  });
}

export function peerTimeout(operator: Hex, timeoutMs: number, what: string): KoinonError {
  return new KoinonError({
    code: 'K_PEER_TIMEOUT',
    message: `Node ${operator} gave no ${what} within ${timeoutMs} ms.`,
    fault: 'peer',
    data: { operator, timeoutMs },
    next: 'Try again later, or choose another node.',
  });
}

export function peerMisbehaved(operator: Hex, why: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_PEER_MISBEHAVED',
    message: `Node ${operator} broke the protocol: ${why}.`,
    fault: 'peer',
    data: { operator },
    cause,
  });
}

export function registrySilent(operator: Hex, timeoutMs: number): KoinonError {
  return new KoinonError({
    code: 'K_REGISTRY_SILENT',
    message: `The registry did not say within ${timeoutMs} ms where node ${operator} is.`,
    fault: 'chain',
    data: { operator, timeoutMs },
    next: 'Check the RPC address of the chain, then try again.',
  });
}

export function cancelled(reason: unknown): KoinonError {
  return new KoinonError({
    code: 'K_CANCELLED',
    message: 'The call was cancelled.',
    fault: 'user',
    cause: reason,
  });
}

export function networkStopped(): KoinonError {
  return new KoinonError({
    code: 'K_NETWORK_STOPPED',
    message: 'The network of this node is not running.',
    fault: 'platform',
  });
}

export function messageTooLarge(bytes: number, maxBytes: number, what: string): KoinonError {
  return new KoinonError({
    code: 'K_MESSAGE_TOO_LARGE',
    message: `The ${what} is ${bytes} bytes; a message may have ${maxBytes}.`,
    fault: 'user',
    data: { bytes, maxBytes },
    next: 'Send large content as a blob and name it by its CID.',
  });
}
