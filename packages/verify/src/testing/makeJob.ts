import { boundOf } from '@koinon/privacy';
import {
  type AuditEvidence,
  type AuditReport,
  assurances,
  auditVerdicts,
  type Candidate,
  cidOfBlob,
  cidOfNode,
  drawAuditors,
  drawId,
  drawOfUse,
  type ExecutionOpening,
  encodeManifest,
  encodeNode,
  executionCommitment,
  fileList,
  fileListDigest,
  type Grant,
  type Hex,
  type Inclusion,
  isAudited,
  type JobEvidence,
  type Manifest,
  manifestDigest,
  type Order,
  outputOf,
  type Receipt,
  type Signed,
  type StatementSigner,
  sha256,
  signStatement,
  statementDigest,
  termsDigest,
  toHex,
  type Verdict,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import type { ReplayResult } from '../sources.ts';
import { inclusionIn } from './chainTwin.ts';
import { digestOf, domains, parties, token } from './parties.ts';
import { description, POLICY_DIGEST, policy } from './rules.ts';
import type { World } from './world.ts';

/** A job to be made, and where it should depart from an honest one. */
export interface JobPlan {
  manifest: Manifest;
  provider: StatementSigner;
  /** What the program writes; the twin of a program is this function. */
  result: ReplayResult;
  grant?: Signed<'Grant'>;
  /** Seed and time other than those the permission draws. */
  draw?: Partial<Pick<Manifest, 'seed' | 'timeMs'>>;
  order?: Partial<Order>;
  receipt?: Partial<Receipt>;
  report?: Partial<AuditReport>;
  verdict?: Partial<Verdict>;
  /** Who signs the report in place of the chosen auditor. */
  auditor?: StatementSigner;
  candidates?: readonly Candidate[];
  beaconDelay?: number;
}

/** Evidence as an honest provider and auditor make it, but for what the plan changes before anything is signed. */
export async function makeJob(world: World, plan: JobPlan): Promise<JobEvidence> {
  const { provider, grant, result } = plan;
  const manifest = { ...plan.manifest, ...(grant ? drawOfUse(grant.message, 0) : {}), ...plan.draw };
  const { researcher } = parties;
  const isPrivate = manifest.private;
  world.blobs.set(cidOfNode(manifest), encodeManifest(manifest));
  for (const bytes of result.outputs.values()) world.blobs.set(cidOfBlob(bytes), bytes);
  const name = cidOfNode(manifest);
  const order = await signStatement(
    'Order',
    {
      manifest: manifestDigest(manifest),
      requester: researcher.address,
      provider: provider.address,
      grant: grant ? statementDigest('Grant', grant.message, domains) : ZERO_32,
      channel: digestOf(`channel ${provider.address}`),
      token,
      maxAmount: 50n,
      assurance: assurances[isPrivate ? 'owner-audited' : 'replay'],
      replicas: 1,
      auditRatePpm: 1_000_000,
      auditAmount: 0n,
      comparator: ZERO_32,
      auditor: grant?.message.auditor ?? ZERO_ADDRESS,
      expiresAt: 1_800_003_600n,
      nonce: digestOf(`nonce ${name}`),
      ...plan.order,
    },
    domains,
    researcher,
  );
  const opening: ExecutionOpening = {
    salt: isPrivate ? digestOf(`salt ${name}`) : ZERO_32,
    exitCode: result.exitCode,
    fuel: result.fuel,
    rawOutput: fileListDigest(fileList(result.outputs)),
    trace: typeof result.traceRoot === 'string' ? result.traceRoot : toHex(result.traceRoot),
  };
  const outputs = fileList(result.outputs).map(file => ({
    ...file,
    cid: cidOfBlob(result.outputs.get(file.name)!),
  }));
  const verdict: Verdict | undefined = isPrivate
    ? {
        koinon: 'verdict/2',
        policy: grant?.message.policy ?? ZERO_32,
        record: (grant && (await world.sources.dataset?.(grant.message.dataset)))?.metadataDigest ?? ZERO_32,
        bits: Number(grant?.message.bits ?? 0n),
        word: outputs.length === manifest.outputs.length ? 'released' : 'withheld',
        artefacts: outputs.map(({ name, size, sha256 }) => ({
          name,
          class: outputOf(manifest, name, size)?.class ?? 'table',
          size,
          sha256,
        })),
        sealed: digestOf(`reasons ${name}`),
        ...plan.verdict,
      }
    : undefined;
  if (verdict) world.blobs.set(cidOfNode(verdict), encodeNode(verdict));
  const log = world.log(provider.address);
  const receipt = await signStatement(
    'Receipt',
    {
      manifest: order.message.manifest,
      order: statementDigest('Order', order.message, domains),
      provider: provider.address,
      execution: executionCommitment(opening),
      output: fileListDigest(outputs),
      verdict: verdict ? toHex(sha256(encodeNode(verdict))) : ZERO_32,
      token,
      amount: isPrivate ? 40n : 30n,
      logIndex: BigInt(log.nextIndex),
      anchorBy: 1_800_001_200n,
      ...plan.receipt,
    },
    domains,
    provider,
  );
  const leafSalt = isPrivate ? digestOf(`leaf ${name}`) : ZERO_32;
  const digest = statementDigest('Receipt', receipt.message, domains);
  const index = log.nextIndex;
  const leaf = log.append('Receipt', digest, leafSalt);
  log.addStrangers(2);
  const inclusion = inclusionIn(log, world.chain.anchor(log), index, leafSalt);

  const audits: AuditEvidence[] = [];
  const { assurance, auditRatePpm } = order.message;
  const toss = beaconAfter(world, inclusion, plan.beaconDelay);
  const isPassed = assurance === assurances.replay && !isAudited(drawId(toss.beacon, leaf), auditRatePpm);
  const chosen = isPassed ? undefined : choose();
  if (chosen) {
    const auditorLog = world.log(chosen.auditor.address);
    const report = await signStatement(
      'AuditReport',
      {
        receipt: digest,
        auditor: chosen.auditor.address,
        execution: receipt.message.execution,
        verdict: auditVerdicts.agrees,
        draw: chosen.draw,
        logIndex: BigInt(auditorLog.nextIndex),
        anchorBy: 1_800_001_300n,
        ...plan.report,
      },
      domains,
      chosen.auditor,
    );
    const salt = isPrivate ? digestOf(`report ${name}`) : ZERO_32;
    const at = auditorLog.nextIndex;
    auditorLog.append('AuditReport', statementDigest('AuditReport', report.message, domains), salt);
    auditorLog.addStrangers(1);
    audits.push({
      report,
      inclusion: inclusionIn(auditorLog, world.chain.anchor(auditorLog), at, salt),
      choice: chosen.choice,
    });
  }
  return {
    koinon: 'evidence/1',
    manifest: name,
    order,
    ...(grant ? { grant } : {}),
    receipt,
    ...(isPrivate ? {} : { opening }),
    outputs,
    ...(verdict ? { verdict: cidOfNode(verdict) } : {}),
    inclusion,
    audits,
    ...(isPassed ? { lot: toss } : {}),
  };

  function choose() {
    if (order.message.assurance === assurances.none) return undefined;
    if (isPrivate) {
      return {
        auditor: plan.auditor ?? parties.hospitalAudit,
        draw: ZERO_32,
        choice: { by: 'owner' as const },
      };
    }
    const { beacon, beaconRound } = toss;
    const parts = { provider: provider.address, requester: researcher.address };
    const candidates = [...(plan.candidates ?? world.chain.candidates(parts))];
    const total = world.chain.stakes.reduce((sum, { stake }) => sum + stake, 0n);
    const lot = drawAuditors(drawId(beacon, leaf), candidates, total)!;
    const [drawn] = lot.auditors;
    const auditor = plan.auditor ?? Object.values(parties).find(party => party.address === drawn)!;
    return {
      auditor,
      draw: drawId(beacon, leaf),
      choice: {
        by: 'lot' as const,
        beaconRound,
        beacon,
        stakeBlock: inclusion.anchor.block - 1,
        round: lot.round,
        total,
        candidates,
      },
    };
  }
}

/** The round a lot is drawn from, later by `delay` where somebody waits for one that suits. */
function beaconAfter(world: World, { anchor }: Inclusion, delay = 1): { beaconRound: bigint; beacon: Hex } {
  const block = anchor.block + delay;
  return { beaconRound: BigInt(block), beacon: world.chain.block(block).hash };
}

/** The owner's permission for jobs like this one, with the bound the gate's own rules come to. */
export async function makeGrant(
  manifest: Manifest,
  changes: Partial<Grant> = {},
  signer: StatementSigner = parties.hospital,
): Promise<Signed<'Grant'>> {
  return signStatement(
    'Grant',
    {
      dataset: 7n,
      epoch: 2n,
      requester: parties.researcher.address,
      terms: termsDigest(manifest),
      purpose: digestOf('to help'),
      policy: POLICY_DIGEST,
      token,
      amount: 40n,
      bits: BigInt(boundOf(policy, manifest, description)?.bits ?? 0),
      microRho: 0n,
      uses: 2,
      auditor: parties.hospitalAudit.address,
      validFrom: 1_799_999_000n,
      expiresAt: 1_800_086_400n,
      nonce: digestOf(`nonce of the grant for ${termsDigest(manifest)}`),
      ...changes,
    },
    domains,
    signer,
  );
}
