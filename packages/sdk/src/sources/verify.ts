import { nodeRoutes, servingRoutes } from '@koinon/api';
import type { Hex } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import { type Check, type Sources, type Summary, summarize, verifyJob, verifyPassport } from '@koinon/verify';
import type { Client } from '../client/createClient.ts';
import { findReceipt } from './findReceipt.ts';
import { nodeSources } from './nodeSources.ts';

/** What is to be checked: a model by its name, a passport by its CID, or a job by the digest of its receipt. */
export type VerifyParameters = { model: string; version?: number } | { passport: string } | { receipt: Hex };

/** What was found. `state` is `ok` where nothing is wrong and something could be checked. */
export interface Verified extends Summary {
  checks: Check[];
}

/**
 * Checks signatures, proofs, bounds and convictions of a model, a passport or a receipt, and answers every check that was made.
 * Blobs are held to their names; what stands on chain is the word of the node, unless `sources` asks the chain itself. With
 * `sources.replay` public jobs are run again. Whatever is wrong with the evidence is a failed check.
 *
 * Throws `K_MODEL_UNKNOWN`, `K_PASSPORT_UNKNOWN`, `K_RECEIPT_UNKNOWN`, and what `Client.call` throws.
 *
 * @example
 * const { state, checks } = await koinon.verify({ model: 'heart' });
 * console.log(state, checks.filter(({ state }) => state === 'failed').map(({ title }) => title));
 */
export async function verify(
  client: Client,
  what: VerifyParameters,
  sources: Partial<Sources> = {},
): Promise<Verified> {
  const { deployment } = await client.call(nodeRoutes.status);
  const { chainId, nodes, escrow, datasets } = deployment;
  const all: Sources = { ...nodeSources(client), domains: { chainId, nodes, escrow, datasets }, ...sources };
  const checks: Check[] = [];
  for await (const check of await checksOf(client, what, all)) checks.push(check);
  return { ...summarize(checks), checks };
}

async function checksOf(
  client: Client,
  what: VerifyParameters,
  sources: Sources,
): Promise<AsyncIterable<Check>> {
  if ('receipt' in what) {
    const { evidence, domains } = await findReceipt(client, what.receipt, sources.blob);
    return verifyJob(evidence, domains, 'job', sources);
  }
  const cid = 'passport' in what ? what.passport : await passportOf(client, what);
  const bytes = await sources.blob(cid);
  if (bytes) return verifyPassport(bytes, cid, sources);
  throw new KoinonError({
    code: 'K_PASSPORT_UNKNOWN',
    message: `The node does not have the passport ${cid}.`,
    fault: 'user',
    next: 'Ask the node that serves the model.',
  });
}

async function passportOf(client: Client, { model: name, version }: { model: string; version?: number }) {
  const query = version === undefined ? {} : { version };
  return (await client.call(servingRoutes.model, { params: { name }, query })).model.passport;
}
