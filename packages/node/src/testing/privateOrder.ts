import { decodeManifest, encodeManifest, type Manifest, type Signed } from '@koinon/protocol';
import type { HeldDataset } from '@koinon/services/custody';
import { smallProgram } from '@koinon/world';
import { drawnManifest, grantFor, handmadeOrder, openChannel, type Submission } from './handmadeOrder.ts';
import { privateDraft } from './handmadeRequest.ts';
import type { SeededNetwork } from './seededNetwork.ts';

/** The draft of a job that tells training figures of a dataset; its program stands at the requester's node. */
export async function figuresDraft(
  network: SeededNetwork,
  dataset: HeldDataset,
  change: Partial<Manifest> = {},
  { by = 'researcher', program = smallProgram }: { by?: string; program?: Uint8Array } = {},
): Promise<Uint8Array> {
  const { blobs } = network.member(by).store;
  return privateDraft(dataset, { program: await blobs.put(program, 'public'), ...change });
}

let channels = 100n;

/** An order for a use of a dataset under a grant of its own, on a channel of its own. */
export async function privateOrder(
  network: SeededNetwork,
  dataset: HeldDataset,
  draft: Uint8Array,
  by = 'researcher',
): Promise<{ submission: Submission; grant: Signed<'Grant'>; manifest: Uint8Array }> {
  const ports = network.member(by).node.ports;
  const { operator } = network.member('hospital');
  const grant = await grantFor(ports, operator, dataset, draft);
  const manifest = drawnManifest(draft, grant);
  const channel = await openChannel(ports, operator, 10n ** 18n, channels++);
  return { submission: await handmadeOrder(ports, { manifest, grant, channel }), grant, manifest };
}

/** The manifest with something else in it. */
export function changed(manifest: Uint8Array, change: Partial<Manifest>): Uint8Array {
  return encodeManifest({ ...decodeManifest(manifest), ...change });
}
