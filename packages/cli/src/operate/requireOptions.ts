import type { Hex } from '@koinon/protocol';
import { usageError } from '../terminal/usageError.ts';

/** An address as typed. Throws `K_USAGE`. */
export function requireAddress(option: string, text: string): Hex {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase() as Hex;
  throw usageError(`${option} cannot be "${text}".`, 'Give an address: 0x and 40 hex digits.');
}

/** The URL of a JSON-RPC endpoint. Throws `K_USAGE`, without repeating a URL that may hold a secret. */
export function requireRpcUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  throw usageError('--rpc is not an http or https URL.', 'Give one such as https://rpc.example.');
}
