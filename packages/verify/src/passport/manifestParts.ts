import { type Cid, digestOfCid, type Hex, type JobEvidence, type Manifest } from '@koinon/protocol';

export function outputCid(evidence: JobEvidence, name: string): Cid | undefined {
  return evidence.outputs.find(output => output.name === name)?.cid;
}

export function inputCid(manifest: Manifest, name: string): Cid | undefined {
  const source = manifest.inputs.find(input => input.name === name)?.source;
  return source && 'cid' in source ? source.cid : undefined;
}

/** The digest a program is known by. */
export function programDigest(manifest: Manifest): Hex {
  return digestOfCid(manifest.program);
}
