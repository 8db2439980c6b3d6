import {
  type GateReasons,
  type Hex,
  type Manifest,
  type Policy,
  publicRelease,
  type TableDescription,
  type Verdict,
} from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';

/** The dataset of a private job, as gate and auditor know it. */
export interface GateTerms {
  policy: Policy;
  description: TableDescription;
  /** Digest of the record the description is from. */
  record: Hex;
}

/** What left a job, and for a private one the gate's word on it. */
export interface Release {
  files: ReadonlyMap<string, Uint8Array>;
  gated?: { verdict: Verdict; reasons: GateReasons };
}

/**
 * What leaves a job of the files its program wrote: of a public one the declared files within their caps, of a private one
 * what the gate makes of them. Custodian, provider and auditor all decide by this. A program that failed leaves nothing.
 */
export async function releaseOutputs(
  { gate }: Pick<NodePorts, 'gate'>,
  ran: {
    manifest: Manifest;
    exitCode: number;
    outputs: ReadonlyMap<string, Uint8Array>;
    inputs: ReadonlyMap<string, Uint8Array>;
    /** Of the execution. */
    salt: Hex;
  },
  terms: GateTerms | undefined,
): Promise<Release> {
  const { manifest, exitCode, inputs, salt } = ran;
  if (!terms) return { files: publicRelease(manifest, ran) };
  const outputs = exitCode === 0 ? ran.outputs : new Map<string, Uint8Array>();
  const { released, ...gated } = await gate.apply({ ...terms, manifest, outputs, inputs, salt });
  return { files: released, gated };
}
