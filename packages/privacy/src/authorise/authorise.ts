import { decodeManifest, encodeManifest, type Manifest, manifestDigest, ZERO_32 } from '@koinon/protocol';
import { type AuthoriseInput, type Decision, Refusals } from './authoriseInput.ts';
import { checkGrant } from './checkGrant.ts';
import { checkOrder } from './checkOrder.ts';
import { checkPolicy } from './checkPolicy.ts';
import { checkPublic } from './checkPublic.ts';

/**
 * The one function that decides whether an order may run here, whatever door it came through. It trusts nothing but
 * the manifest that will run, what the chain says now and the owner's policy; anything missing, unknown or left over
 * is a refusal. A manifest that reads a dataset needs grant, state, dataset and policy; any other needs none of them.
 */
export function authorise(input: AuthoriseInput): Decision {
  const refusals = new Refusals();
  const manifest = reread(input.manifest, refusals);
  if (manifest === undefined) return refusals.decision;
  refusals.unless(
    manifestDigest(manifest) === input.manifestDigest && input.order.manifest === input.manifestDigest,
    'K_ORDER_MANIFEST',
    'The order names another manifest than the one that would run.',
    'Sign an order for this manifest.',
  );
  checkOrder(input, refusals);
  const readsDataset = manifest.inputs.some(({ source }) => 'dataset' in source);
  if (readsDataset) authorisePrivate({ ...input, manifest }, refusals);
  else authorisePublic({ ...input, manifest }, refusals);
  return refusals.decision;
}

function authorisePrivate(input: AuthoriseInput, refusals: Refusals): void {
  const {
    manifest,
    order,
    grant,
    grantDigest,
    grantSigner,
    dataset,
    grantState,
    policy,
    description,
    charged,
  } = input;
  if (
    !grant ||
    !grantDigest ||
    !grantSigner ||
    !dataset ||
    !grantState ||
    !policy ||
    !description ||
    !charged
  ) {
    refusals.unless(
      false,
      'K_GRANT_NEEDED',
      'The manifest reads a dataset, and a grant, its state, the policy or the dataset\u2019s record is missing.',
      'Ask the owner for a grant.',
    );
    return;
  }
  refusals.unless(
    manifest.private,
    'K_MANIFEST_NOT_PRIVATE',
    'A manifest that reads a dataset must say it is private.',
  );
  for (const { name, source } of manifest.inputs) {
    if (!('dataset' in source)) continue;
    refusals.unless(
      source.dataset.id === dataset.id.toString() && source.dataset.contentRoot === dataset.contentRoot,
      'K_DATASET_NOT_GRANTED',
      `Input "${name}" is dataset ${source.dataset.id} with a content that is not the one granted.`,
      'Name only the granted dataset, with the content root it has on chain now.',
    );
  }
  checkGrant({ ...input, grant, grantDigest, grantSigner, dataset, grantState, policy }, refusals);
  const bound = checkPolicy(manifest, policy, description, charged, refusals);
  refusals.unless(
    bound !== undefined && grant.bits === BigInt(bound.bits),
    'K_GRANT_BITS',
    `The grant is for ${grant.bits} bits a use; this manifest can tell up to ${bound?.bits ?? 'an unknown number of'}.`,
    'Ask for a grant for this manifest.',
  );
  refusals.unless(
    order.provider === dataset.custodian,
    'K_ORDER_CUSTODIAN',
    `The dataset is held by ${dataset.custodian}; the order names ${order.provider}.`,
    'Order from the custodian.',
  );
}

function authorisePublic(input: AuthoriseInput, refusals: Refusals): void {
  refusals.unless(
    !input.manifest.private,
    'K_MANIFEST_PRIVATE',
    'The manifest says it is private and reads no dataset, so nobody could audit it.',
    'Leave out "private".',
  );
  refusals.unless(
    input.grant === undefined && input.order.grant === ZERO_32,
    'K_GRANT_NOT_NEEDED',
    'The order carries a grant, and the manifest reads no dataset.',
    'Order without the grant.',
  );
  checkPublic(input, refusals);
}

/** The manifest as it would be parsed from the wire, so that nothing the schema forbids gets past in memory. */
function reread(manifest: Manifest, refusals: Refusals): Manifest | undefined {
  try {
    return decodeManifest(encodeManifest(manifest));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    refusals.unless(false, 'K_BAD_MANIFEST', message);
    return undefined;
  }
}
