import {
  ADVERSARIAL_SHARE_PPM,
  EXACT_DETECTION_PPM,
  ONE_PPM,
  rateForBondPpm,
  rateForTrustPpm,
  riskOf,
  type Trust,
} from '@koinon/integrity';
import type { LogMonitor, NodePorts } from '@koinon/kernel';
import { type AuditRecord, exposureOf, type KnownAudit, trustOf } from '@koinon/kernel';
import {
  type AuditView,
  auditVerdicts,
  digestOfCid,
  type Hex,
  type IntegrityView,
  KoinonError,
  type LogHealth,
  type ProviderView,
  type RiskView,
  roles,
  rolesOf,
} from '@koinon/protocol';
import { type Docket, readDocket, secondsOf, summariesOf } from './disputesView.ts';

const LATEST_AUDITS = 100;
const CONVICTIONS_MAX = 100;
const NODES_MAX = 1024;
/** What the next job of a provider is taken to cost where nothing better is known: one KOIN. */
const USUAL_GAIN = 10n ** 18n;

export interface IntegrityNeeds {
  ports: NodePorts;
  record: AuditRecord;
  monitor: Pick<LogMonitor, 'faults' | 'verified'>;
}

/** What this node knows of the network's integrity, at one moment. */
export async function integrityViewOf(needs: IntegrityNeeds): Promise<IntegrityView> {
  const { chain } = needs.ports;
  const [docket, block, terms, delays, nodes, trust] = await Promise.all([
    readDocket(needs),
    chain.block('latest'),
    chain.court.terms(),
    chain.delays(),
    chain.nodes.list(),
    trustOf(needs.ports, needs.record),
  ]);
  const summaries = summariesOf(docket);
  const countOf = (outcome: string) => summaries.filter(each => each.outcome === outcome).length;
  const providers = nodes
    .filter(each => (each.roles & (roles.provide | roles.custody)) !== 0)
    .slice(0, NODES_MAX);
  return {
    atSeconds: block.timestampSeconds,
    block: block.number,
    beacon: chain.beacon.kind,
    challengeWindowSeconds: delays.challengeWindowSeconds,
    audits: auditsOf(needs, terms.reportSeconds),
    disputes: {
      open: countOf('open'),
      convicted: countOf('convicted'),
      acquitted: countOf('acquitted'),
      undecided: countOf('undecided'),
    },
    convictions: docket.convictions
      .slice(-CONVICTIONS_MAX)
      .reverse()
      .map(({ slashed, ...conviction }) => ({
        ...conviction,
        slashed: slashed.toString(),
        timeSeconds: secondsOf(docket, conviction),
      })),
    slashed: docket.convictions.reduce((sum, { slashed }) => sum + slashed, 0n).toString(),
    providers: await Promise.all(
      providers.map(({ operator, roles: mask, stake }) =>
        providerOf(needs, docket, trust, { operator, mask, stake }),
      ),
    ),
    logs: await Promise.all(nodes.slice(0, NODES_MAX).map(({ operator }) => healthOf(needs, operator))),
  };
}

function auditsOf({ record, ports }: IntegrityNeeds, reportSeconds: number): IntegrityView['audits'] {
  const all = record.list();
  const withVerdict = (verdict: number) => all.filter(audit => audit.verdict === verdict).length;
  const nowMs = ports.clock.nowMs();
  return {
    ...record.counts(),
    done: all.filter(({ verdict }) => verdict !== undefined).length,
    agrees: withVerdict(auditVerdicts.agrees),
    differs: withVerdict(auditVerdicts.differs),
    unavailable: withVerdict(auditVerdicts.unavailable),
    latest: record.latest(LATEST_AUDITS).map(audit => auditView(audit, nowMs, reportSeconds)),
  };
}

function auditView(audit: KnownAudit, nowMs: number, reportSeconds: number): AuditView {
  const { receipt, provider, auditor, by, verdict, drawnAtMs, reportedAtMs } = audit;
  const isMissed = nowMs > drawnAtMs + reportSeconds * 1000;
  const names = Object.entries(auditVerdicts) as [keyof typeof auditVerdicts, number][];
  const said = names.find(([, value]) => value === verdict)?.[0];
  return {
    ...{ receipt, provider, auditor, by },
    state: said ?? (isMissed ? 'missed' : 'due'),
    drawnAtSeconds: Math.floor(drawnAtMs / 1000),
    ...(reportedAtMs === undefined ? {} : { reportedAtSeconds: Math.floor(reportedAtMs / 1000) }),
  };
}

async function providerOf(
  { ports, record }: IntegrityNeeds,
  docket: Docket,
  trust: (provider: Hex, program: string) => Trust,
  { operator, mask, stake }: { operator: Hex; mask: number; stake: bigint },
): Promise<ProviderView> {
  const exposure = await exposureOf(ports, operator, USUAL_GAIN);
  const program = record.list().findLast(({ provider }) => provider === operator)?.program;
  const known = trust(operator, program ?? '');
  return {
    operator,
    roles: rolesOf(mask),
    stake: stake.toString(),
    freeStake: exposure.bond.toString(),
    exposure: exposure.gainInFlight.toString(),
    convictions: docket.convictions.filter(({ accused }) => accused === operator).length,
    risk: riskView(exposure, known, program),
  };
}

function riskView(
  exposure: { bond: bigint; gain: bigint; gainInFlight: bigint },
  trust: Trust,
  program: string | undefined,
): RiskView {
  const recordRatePpm = rateForTrustPpm(trust);
  const bondRatePpm = bondRate(exposure);
  const auditRatePpm = Math.max(recordRatePpm, bondRatePpm);
  const risk = riskOf({ assurance: 'replay', replicas: 1, auditRatePpm, ...exposure });
  const collusion = risk.factors.find(({ name }) => name === 'collusion')?.ppm ?? 0;
  return {
    ...(program === undefined ? {} : { program: digestOfCid(program) }),
    agreements: trust.consecutive,
    ...{ recordRatePpm, bondRatePpm, auditRatePpm },
    detectionPpm: EXACT_DETECTION_PPM,
    adversarialSharePpm: ADVERSARIAL_SHARE_PPM,
    auditors: 1,
    collusionPpm: collusion,
    undetectedPpm: risk.undetectedPpm,
    lossOnDetection: risk.lossOnDetection.toString(),
    gain: exposure.gain.toString(),
    gainInFlight: exposure.gainInFlight.toString(),
  };
}

/** All of it where no rate would be enough. */
function bondRate(exposure: { bond: bigint; gain: bigint; gainInFlight: bigint }): number {
  try {
    return rateForBondPpm(exposure);
  } catch (error) {
    if (error instanceof KoinonError) return ONE_PPM;
    throw error;
  }
}

async function healthOf({ ports, monitor }: IntegrityNeeds, operator: Hex): Promise<LogHealth> {
  const { size, block } = await ports.chain.nodes.head(operator);
  const found = monitor.faults
    .list()
    .filter(({ finding, state }) => finding.node === operator && state !== 'withdrawn');
  const worst =
    found.find(({ finding }) => finding.kind !== 'omission' && finding.kind !== 'unproven') ?? found[0];
  const isOwn = operator === ports.signer.address;
  const verified = isOwn ? { size, block } : monitor.verified(operator);
  const state = worst ? stateOf(worst.finding.kind) : verified ? 'ok' : 'unseen';
  const checkedAtSeconds = worst
    ? Math.floor(worst.foundAtMs / 1000)
    : verified && verified.size > 0n
      ? (await ports.chain.block(verified.block)).timestampSeconds
      : undefined;
  return {
    operator,
    state,
    size: (verified?.size ?? 0n).toString(),
    anchoredSize: size.toString(),
    anchoredAtBlock: block,
    ...(checkedAtSeconds === undefined ? {} : { checkedAtSeconds }),
    ...(worst ? { trouble: TROUBLE[worst.finding.kind] } : {}),
  };
}

function stateOf(kind: keyof typeof TROUBLE): LogHealth['state'] {
  if (kind === 'omission') return 'late';
  return kind === 'unproven' ? 'silent' : 'forked';
}

const TROUBLE = {
  omission: 'A statement it signed is not in its anchored log, and its time is over.',
  misplaced: 'Another statement stands at the index one it signed names.',
  heads: 'It signed two heads of one size with different roots.',
  head: 'It signed a head that contradicts what it anchored.',
  unproven: 'It does not show that a statement it signed is in its log.',
  inconsistent: 'It does not show that its log continues an earlier state.',
} as const;
