import type { Conviction, CourtFact, DemandView, DisputeView } from '@koinon/chain';
import type { Evidence, NodePorts } from '@koinon/kernel';
import {
  type CourtFactView,
  cidOfDigest,
  DAG_CBOR,
  type DisputeDetail,
  type DisputeSummary,
  type Hex,
  sha256,
  toHex,
  ZERO_32,
} from '@koinon/protocol';

const DISPUTES_MAX = 1024;
const TIMELINE_MAX = 4096;
const ROOTS_MAX = 8192;

export interface DisputeNeeds {
  ports: Pick<NodePorts, 'chain' | 'store'>;
  evidence: Pick<Evidence, 'dossierOf' | 'rootsOf'>;
  /** The roots a provider served, or this node's own where all of them are the same. */
  servedRoots(receipt: Hex): readonly Hex[] | undefined;
}

/** Everything the court did, read once. */
export interface Docket {
  disputes: DisputeView[];
  demands: DemandView[];
  convictions: Conviction[];
  facts: CourtFact[];
  nowSeconds: number;
}

export async function readDocket({ ports }: { ports: Pick<NodePorts, 'chain'> }): Promise<Docket> {
  const { court } = ports.chain;
  const [disputes, demands, convictions, facts, { timestampSeconds }] = await Promise.all([
    court.disputes(),
    court.demands(),
    court.convictions(),
    court.timeline(),
    ports.chain.block('latest'),
  ]);
  return { disputes, demands, convictions, facts, nowSeconds: timestampSeconds };
}

/** Every dispute, demand and sentence at once, newest first. */
export function summariesOf(docket: Docket): DisputeSummary[] {
  const juries = docket.disputes.map(view => summaryOfDispute(docket, view));
  const demands = docket.demands.map(view => summaryOfDemand(docket, view));
  const atOnce = docket.convictions
    .filter(({ dispute }) => dispute === ZERO_32)
    .map(conviction => summaryOfConviction(docket, conviction));
  return [...juries, ...demands, ...atOnce]
    .sort((a, b) => b.openedAtSeconds - a.openedAtSeconds)
    .slice(0, DISPUTES_MAX);
}

function summaryOfDispute(docket: Docket, view: DisputeView): DisputeSummary {
  return {
    id: view.dispute,
    kind: 'jury',
    accused: view.accused,
    accuser: view.accuser,
    statement: view.receipt,
    outcome: view.outcome,
    ...sentence(docket, view.dispute, view.receipt),
    ...times(docket, view.dispute, view.outcome !== 'open'),
    ...stageOf(docket, view),
  };
}

function stageOf({ nowSeconds }: Docket, view: DisputeView): Pick<DisputeSummary, 'stage' | 'until'> {
  const jury = view.juries.at(-1);
  if (view.outcome !== 'open' || !jury) return { stage: 'settled' };
  if (nowSeconds < jury.commitUntil) return { stage: 'sealing', until: jury.commitUntil };
  if (nowSeconds < jury.revealUntil) return { stage: 'opening', until: jury.revealUntil };
  if (nowSeconds < jury.appealUntil) return { stage: 'appeal', until: jury.appealUntil };
  return { stage: 'resolve' };
}

function summaryOfDemand(docket: Docket, view: DemandView): DisputeSummary {
  const isOpen = view.outcome === 'open';
  const isDue = isOpen && docket.nowSeconds < view.until;
  return {
    id: view.demand,
    kind: 'demand',
    accused: view.node,
    accuser: view.demander,
    statement: view.statement,
    outcome: view.outcome,
    ...sentence(docket, view.demand, view.statement),
    ...times(docket, view.demand, !isOpen),
    stage: isDue ? 'answer' : isOpen ? 'resolve' : 'settled',
    ...(isDue ? { until: view.until } : {}),
  };
}

function summaryOfConviction(docket: Docket, conviction: Conviction): DisputeSummary {
  const { accused, accuser, statement, ground, slashed } = conviction;
  const at = secondsOf(docket, conviction);
  return {
    ...{ id: statement, kind: 'evidence', accused, accuser, statement, outcome: 'convicted', ground },
    ...{ slashed: slashed.toString(), openedAtSeconds: at, settledAtSeconds: at, stage: 'settled' },
  };
}

function sentence({ convictions }: Docket, id: Hex, statement: Hex) {
  const conviction = convictions.find(({ dispute }) => dispute === id);
  const isSame = conviction?.statement === statement;
  return {
    ...(conviction && isSame ? { ground: conviction.ground } : {}),
    slashed: (conviction?.slashed ?? 0n).toString(),
  };
}

function times({ facts }: Docket, id: Hex, isSettled: boolean) {
  const own = facts.filter(fact => fact.id === id);
  const end = own.findLast(({ what }) => ENDS.has(what));
  return {
    openedAtSeconds: own[0]?.timeSeconds ?? 0,
    ...(isSettled && end ? { settledAtSeconds: end.timeSeconds } : {}),
  };
}

const ENDS = new Set<CourtFact['what']>(['resolved', 'convicted', 'demand-met']);

/** When a conviction was spoken, unix seconds. */
export function secondsOf({ facts }: Docket, { transaction }: Pick<Conviction, 'transaction'>): number {
  return facts.find(fact => fact.transaction === transaction)?.timeSeconds ?? 0;
}

function factView({ block, transaction, timeSeconds, what, id, who, details }: CourtFact): CourtFactView {
  return { what, id, ...(who ? { who } : {}), details, timeSeconds, block, transaction };
}

/** One of them with its timeline and evidence; undefined for an id the court does not know. */
export async function detailOf(needs: DisputeNeeds, id: Hex): Promise<DisputeDetail | undefined> {
  const docket = await readDocket(needs);
  const summary = summariesOf(docket).find(each => each.id === id);
  if (!summary) return undefined;
  const isOfIt = (fact: CourtFact) =>
    fact.id === id || fact.details['statement'] === summary.statement || fact.id === summary.statement;
  const dispute = docket.disputes.find(view => view.dispute === id);
  const demand = docket.demands.find(view => view.demand === id);
  return {
    ...summary,
    timeline: docket.facts.filter(isOfIt).slice(0, TIMELINE_MAX).map(factView),
    ...(dispute ? { jury: juryOf(dispute) } : {}),
    ...(demand ? { demand: { what: demand.what, index: demand.index.toString() } } : {}),
    ...(await workOf(needs, summary.statement)),
  };
}

function juryOf({ step, claimed, opened, majority, stakeBlock, juries }: DisputeView) {
  return {
    step: step.toString(),
    claimed,
    ...(opened ? { opened } : {}),
    ...(majority ? { majority } : {}),
    stakeBlock,
    rounds: juries.map(({ beaconRound, appellant, ...round }) => ({
      ...round,
      beaconRound: beaconRound.toString(),
      ...(appellant ? { appellant } : {}),
    })),
  };
}

/** What a reader replays a step from, where this node has it and it is public. */
async function workOf(needs: DisputeNeeds, receipt: Hex): Promise<Pick<DisputeDetail, 'work'>> {
  const dossier = needs.evidence.dossierOf(receipt);
  if (!dossier || dossier.content) return {};
  const manifest = cidOfDigest(toHex(sha256(dossier.manifest)), DAG_CBOR);
  const roots = await rootsOf(needs, receipt);
  return { work: { manifest, opening: dossier.opening, ...(roots ? { roots } : {}) } };
}

async function rootsOf({ evidence, servedRoots }: DisputeNeeds, receipt: Hex): Promise<Hex[] | undefined> {
  const served = [...(servedRoots(receipt) ?? [])];
  const { count, roots } = (await evidence.rootsOf(receipt, 0, ROOTS_MAX)) ?? {
    count: served.length,
    roots: served,
  };
  return count > 0 && count <= ROOTS_MAX ? roots : undefined;
}
