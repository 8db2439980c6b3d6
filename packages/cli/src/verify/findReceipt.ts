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
import { jobsOf, readPassport } from '@koinon/verify';
import { z } from 'zod';
import { modelsAnswer, studiesAnswer, studyAnswer } from '../api/answers.ts';
import type { Reach } from './reach.ts';
import type { Subject } from './subject.ts';

/** The job with a receipt, from the passports and the studies of the node. Throws `K_RECEIPT_UNKNOWN`. */
export async function findReceipt(reach: Reach, receipt: Hex): Promise<Subject> {
  for await (const { name, evidence, domains } of knownJobs(reach)) {
    if (statementDigest('Receipt', evidence.receipt.message, domains) === receipt) {
      return { kind: 'job', title: `${name}, receipt ${receipt}`, receipt, evidence, domains };
    }
  }
  throw new KoinonError({
    code: 'K_RECEIPT_UNKNOWN',
    message: `The node at ${reach.client.url} has no evidence for receipt ${receipt}.`,
    fault: 'user',
    next: 'Evidence is kept by whoever ordered the work: name that node with --node URL.',
  });
}

interface KnownJob {
  name: string;
  evidence: JobEvidence;
  domains: Domains;
}

async function* knownJobs(reach: Reach): AsyncGenerator<KnownJob> {
  const { models } = await reach.client.get('/api/models', modelsAnswer);
  for (const { name, passport: cid } of models) {
    const bytes = await reach.blob(cid);
    if (!bytes) continue;
    const passport = readPassport(bytes);
    for (const job of jobsOf(passport)) {
      yield { name: `${job.name} of ${name}`, evidence: job.evidence, domains: passport.domains };
    }
  }
  const { studies } = await reach.client.get('/api/studies', studiesAnswer);
  for (const { id } of studies) {
    const { steps } = await reach.client.get(`/api/studies/${encodeURIComponent(id)}`, studyAnswer);
    for (const { name, evidence } of jobsOfSteps(steps)) {
      const { chainId, nodes, escrow, datasets } = await reach.deployment();
      yield { name: `${name} of study ${id}`, evidence, domains: { chainId, nodes, escrow, datasets } };
    }
  }
}

const stepResult = z.record(z.string(), z.unknown()).catch({});

/** Jobs of a study that have no passport, or none yet: their evidence stands in the results of the steps. */
function jobsOfSteps(
  steps: readonly { name: string; result: unknown }[],
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
