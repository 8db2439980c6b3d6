import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { cidOfDigest, DAG_CBOR, decodeNode, KoinonError, sha256 } from '@koinon/protocol';
import { BUNDLE_MAX_BYTES } from '@koinon/verify';
import type { Subject } from './subject.ts';

/** The evidence in a file, a bundle or a bare passport; undefined when there is no such file. Throws `K_FILE`. */
export async function readEvidenceFile(path: string): Promise<Subject | undefined> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(path);
    if (size > BUNDLE_MAX_BYTES)
      throw new Error(`it has ${size} bytes, a bundle at most ${BUNDLE_MAX_BYTES}`);
    bytes = new Uint8Array(await readFile(path));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KoinonError({
      code: 'K_FILE',
      message: `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      fault: 'user',
      next: 'Give the path of a file made with "koinon verify NAME --export FILE".',
      cause,
    });
  }
  const title = basename(path);
  if (!isPassport(bytes)) return { kind: 'bundle', title, bytes };
  return { kind: 'passport', title, bytes, cid: cidOfDigest(sha256(bytes), DAG_CBOR) };
}

/** A bare passport says so; everything else, damaged files too, is looked at as a bundle. */
function isPassport(bytes: Uint8Array): boolean {
  try {
    const value = decodeNode(bytes) as { koinon?: unknown } | null;
    return value?.koinon === 'passport/2';
  } catch {
    return false;
  }
}
