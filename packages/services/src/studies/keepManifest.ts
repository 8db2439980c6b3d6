import { stepResults } from '@koinon/api';
import { decodeManifest, encodeManifest, type Manifest, parseCid, toHex } from '@koinon/protocol';
import type { StudyServices } from './services.ts';

/**
 * A manifest, under the name of its step, made once in the life of a study: seed and time are new, so the first one made is kept as a blob before
 * its step is done and every later call reads it back.
 */
export async function keepManifest(
  { ports, workflows }: Pick<StudyServices, 'ports' | 'workflows'>,
  study: string,
  name: string,
  make: () => Promise<Manifest>,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; cid: string; digest: `0x${string}` }> {
  const { store } = ports;
  const kept = await workflows.step(
    study,
    name,
    stepResults.manifest,
    async () => {
      const manifest = decodeManifest(encodeManifest(await make()));
      const cid = await store.blobs.putNode(manifest, 'public');
      return { manifest: cid, digest: toHex(parseCid(cid).digest) };
    },
    signal,
  );
  const bytes = await store.blobs.get(kept.manifest);
  return { bytes: bytes!, cid: kept.manifest, digest: kept.digest };
}
