import { type Cid, type Hex, KoinonError, type Manifest, type TableDescription } from '@koinon/protocol';
import { obtainBlob } from '../blobs/obtainBlob.ts';
import type { NodePorts } from '../ports/ports.ts';

/** Most bytes of program and public inputs that a node fetches, and holds in memory, for one job of a stranger. */
export const INPUT_MAX_BYTES = 256 * 2 ** 20;

/** A part of a dataset, as a manifest names it. */
export type DatasetSource = Extract<Manifest['inputs'][number]['source'], { dataset: object }>['dataset'];

/** Where the private rows of a job come from, and what their dataset's record says of them. */
export interface PrivateRows {
  description: TableDescription;
  content(source: DatasetSource): Promise<Uint8Array>;
}

/**
 * Program and input files of a manifest, by name; from this node's store, its datasets, or the peers. Throws
 * `K_CANDIDATE_UNKNOWN` for a candidate that is no model of a known class over the dataset's columns.
 */
export async function gatherInputs(
  ports: Pick<NodePorts, 'store' | 'network' | 'gate'>,
  manifest: Manifest,
  peers: readonly Hex[],
  rows: PrivateRows | undefined,
  signal: AbortSignal,
): Promise<{ program: Uint8Array; files: Map<string, Uint8Array> }> {
  let leftBytes = INPUT_MAX_BYTES;
  const fetchPublic = async (cid: Cid) => {
    const bytes = await obtainBlob(ports, cid, peers, { maxBytes: leftBytes, visibility: 'public', signal });
    leftBytes -= bytes.length;
    if (leftBytes >= 0) return bytes;
    throw new KoinonError({
      code: 'K_INPUTS_TOO_LARGE',
      message: `Program and public inputs of one job may have ${INPUT_MAX_BYTES} bytes together.`,
      fault: 'user',
    });
  };
  const program = await fetchPublic(manifest.program);
  const files = new Map<string, Uint8Array>();
  for (const { name, source } of manifest.inputs) {
    if ('cid' in source) files.set(name, await fetchPublic(source.cid));
    else if (!rows) throw noRows(name);
    else if ('dataset' in source) files.set(name, await rows.content(source.dataset));
    else {
      const candidate = await fetchPublic(source.candidate);
      if (!(await ports.gate.isKnownModel(candidate, rows.description, manifest.params['target']))) {
        throw new KoinonError({
          code: 'K_CANDIDATE_UNKNOWN',
          message: `Candidate "${name}" is no model of a known class over the columns of the dataset.`,
          fault: 'user',
          next: 'Measure a model that a custodian\u2019s gate let out, or one of the same form.',
        });
      }
      files.set(name, candidate);
    }
  }
  return { program, files };
}

function noRows(name: string): KoinonError {
  return new KoinonError({
    code: 'K_DATASET_UNKNOWN',
    message: `Input "${name}" stands with a dataset that is not in this node's custody.`,
    fault: 'user',
  });
}
