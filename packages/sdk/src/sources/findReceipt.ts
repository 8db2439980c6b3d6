import { nodeRoutes, type Step, servingRoutes, studiesRoutes } from '@koinon/api';
import {
  type Domains,
  type Hex,
  type JobEvidence,
  jobEvidenceSchema,
  KoinonError,
  signedSchema,
  statementDigest,
  ZERO_32,
} from '@koinon/protocol';
import { jobsOf, readPassport, type Sources } from '@koinon/verify';
import { z } from 'zod';
import type { Client } from '../client/createClient.ts';
import { nodeSources } from './nodeSources.ts';

/** A job with the evidence that anyone can check, and the network its signatures belong to. */
export interface FoundJob {
  /** What it is, `training of heart`. */
  name: string;
  evidence: JobEvidence;
  domains: Domains;
}

/**
 * The job with this receipt, from the passports and the studies of a node. `blob` reads passports where others than the node
 * may have them. Throws `K_RECEIPT_UNKNOWN`, and what `Client.call` throws.
 */
export async function findReceipt(
  client: Pick<Client, 'call' | 'url'>,
  receipt: Hex,
  blob: Sources['blob'] = nodeSources(client).blob,
): Promise<FoundJob> {
  for await (const job of knownJobs(client, blob))
    if (statementDigest('Receipt', job.evidence.receipt.message, job.domains) === receipt) return job;
  throw new KoinonError({
    code: 'K_RECEIPT_UNKNOWN',
    message: `The node at ${client.url} has no evidence for receipt ${receipt}.`,
    fault: 'user',
    next: 'Evidence is kept by whoever ordered the work: name that node with --node URL.',
  });
}

async function* knownJobs(client: Pick<Client, 'call'>, blob: Sources['blob']): AsyncGenerator<FoundJob> {
  const { models } = await client.call(servingRoutes.models);
  for (const { name, passport: cid } of models) {
    const bytes = await blob(cid);
    if (!bytes) continue;
    const passport = readPassport(bytes);
    for (const job of jobsOf(passport))
      yield { name: `${job.name} of ${name}`, evidence: job.evidence, domains: passport.domains };
  }
  const { studies } = await client.call(studiesRoutes.list);
  let domains: Domains | undefined;
  for (const { id } of studies) {
    const { steps } = await client.call(studiesRoutes.get, { params: { id } });
    for (const { name, evidence } of jobsOfSteps(steps)) {
      domains ??= domainsOf((await client.call(nodeRoutes.status)).deployment);
      yield { name: `${name} of study ${id}`, evidence, domains };
    }
  }
}

function domainsOf({ chainId, nodes, escrow, datasets }: Domains): Domains {
  return { chainId, nodes, escrow, datasets };
}

const stepResult = z.record(z.string(), z.unknown()).catch({});

/** Jobs of a study that have no passport, or none yet: their evidence stands in the results of the steps. */
function jobsOfSteps(
  steps: readonly Pick<Step, 'name' | 'result'>[],
): { name: string; evidence: JobEvidence }[] {
  const results = new Map(steps.map(({ name, result }) => [name, stepResult.parse(result)]));
  const of = (name: string) => results.get(name) ?? {};
  const names = [...results.keys()].flatMap(name => /^(.+)\.receipt$/.exec(name)?.[1] ?? []);
  return names.flatMap(name => {
    const { order, manifest } = of(`${name}.order`);
    const { receipt, outputs, verdict, opening } = of(`${name}.receipt`);
    const audit = of(`${name}.audit`);
    const signed = signedSchema('Order').safeParse(order);
    const isGranted = signed.success && signed.data.message.grant !== ZERO_32;
    // A study that measures at the custodian asks its owner twice.
    const given = results.get(`${name}.permission.given`) ?? of('permission.given');
    const parsed = jobEvidenceSchema.safeParse({
      koinon: 'evidence/1',
      manifest,
      order,
      ...(isGranted ? { grant: given['grant'] } : {}),
      receipt,
      ...(opening ? { opening } : {}),
      outputs,
      ...(verdict ? { verdict } : {}),
      inclusion: results.get(`${name}.anchor`),
      audits: audit['audits'] ?? [],
      ...(audit['lot'] ? { lot: audit['lot'] } : {}),
    });
    return parsed.success ? [{ name, evidence: parsed.data }] : [];
  });
}
