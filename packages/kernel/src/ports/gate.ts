import { applyGate, type GateInput, type GateResult, isKnownModel } from '@koinon/privacy';
import { type Hex, recoverDigestSigner, type TableDescription } from '@koinon/protocol';
import { describeModule, type ModuleDescription } from '@koinon/runtime';

/**
 * Reads what programs and strangers wrote, away from the node's event loop. The answer follows from the question alone, so
 * that every auditor comes to the same; where this machine fails it throws, and what would have left is not decided.
 */
export interface Gate {
  apply(input: GateInput): Promise<GateResult>;
  isKnownModel(bytes: Uint8Array, description: TableDescription, target: unknown): Promise<boolean>;
  /** What a WebAssembly program imports and exports; it is never compiled. */
  describeModule(bytes: Uint8Array): Promise<ModuleDescription>;
  /** Who signed the digest. Throws `K_BAD_SIGNATURE`. */
  recoverSigner(digest: Hex, signature: Hex): Promise<Hex>;
}

/** The gate on the event loop itself: for tests and for tools that serve nobody. */
export const gateInPlace: Gate = {
  apply: async input => applyGate(input),
  isKnownModel: async (bytes, description, target) => isKnownModel(bytes, description, target),
  describeModule: async bytes => describeModule(bytes),
  recoverSigner: recoverDigestSigner,
};
