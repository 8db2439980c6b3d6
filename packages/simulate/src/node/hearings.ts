import type { ChainEvent, Conviction, CourtOutcome } from '@koinon/chain';
import { firstDifference } from '@koinon/integrity';
import { auditVerdicts, type Hex, ZERO_32 } from '@koinon/protocol';
import { execute } from '../engine/program.ts';
import { act } from './act.ts';
import { accuse } from './audit.ts';
import { revealPlant } from './provide.ts';
import { PROGRAM } from './request.ts';
import type { SimNode, Work } from './simNode.ts';
import { answerDemand, tendDispute } from './tend.ts';
import type { World } from './world.ts';

/** Long enough for the beacon of a jury to be known. */
const BEACON_SECONDS = 65;
const ANSWER_SECONDS = 30;

/** Brings everybody concerned to what the court does; they read the rest from the chain themselves. */
export function hearings(world: World): { stop(): void } & Pick<World, 'onDemandEnd' | 'pursuePlant'> {
  const reader = world.memory.connect();
  const waiting = new Map<Hex, Array<(outcome: CourtOutcome) => void>>();
  let convictionsSeen = 0;
  const stop = reader.watch(event => {
    if (event.type === 'court') hear(event);
  });

  function hear({ what, id }: Extract<ChainEvent, { type: 'court' }>): void {
    switch (what) {
      case 'jury-called':
        world.schedule.after(0, () => callParties(id));
        world.schedule.after(BEACON_SECONDS, () => callJurors(id));
        break;
      case 'demanded':
        world.schedule.after(0, () => callDemanded(id));
        break;
      case 'demand-met':
        endDemand(id, 'acquitted');
        break;
      case 'convicted':
        endDemand(id, 'convicted');
        world.schedule.after(0, readConvictions);
        break;
      case 'resolved':
        world.schedule.after(0, () => noteDecision(id));
        break;
      case 'enforced':
        world.stakesChanged();
        break;
      case 'vote-settled':
        world.stakesChanged();
        world.schedule.after(0, () => noteSettled(id));
        break;
    }
  }

  async function callParties(id: Hex): Promise<void> {
    const view = await reader.court.dispute(id);
    if (!view) return;
    for (const party of [view.accused, view.accuser]) {
      const node = world.nodes.get(party);
      if (node) tendDispute(world, node, id);
    }
    const work = world.works.get(view.receipt);
    const provider = world.nodes.get(view.accused);
    if (work?.job.isPlanted && provider) await provider.whenUp(() => revealPlant(world, provider, work));
  }

  async function callJurors(id: Hex): Promise<void> {
    const view = await reader.court.dispute(id);
    if (view?.outcome !== 'open') return;
    for (const node of world.nodes.values()) {
      const seats = await reader.court.seats(id, view.juries.length - 1, node.address);
      if (seats !== undefined && seats > 0) tendDispute(world, node, id);
    }
  }

  async function callDemanded(id: Hex): Promise<void> {
    const demand = await reader.court.demandOf(id);
    if (!demand) return;
    const node = world.nodes.get(demand.node);
    const demander = world.nodes.get(demand.demander);
    const pause = (who: SimNode) => 1 + who.random.next() * ANSWER_SECONDS;
    if (node) world.schedule.after(pause(node), () => node.whenUp(() => answerDemand(world, node, id)));
    if (!demander) return;
    world.schedule.at(demand.until + pause(demander), () => demander.whenUp(() => close(demander, id)));
  }

  async function close(demander: SimNode, id: Hex): Promise<void> {
    const demand = await reader.court.demandOf(id);
    const work = demand && world.works.get(demand.statement);
    if (demand?.outcome !== 'open' || !work) return;
    await act(world, 'closeDemand', demand.node, () =>
      demander.chain.court.closeDemand(id, work.receipt.message),
    );
  }

  function endDemand(id: Hex, outcome: CourtOutcome): void {
    for (const then of waiting.get(id) ?? []) then(outcome);
    waiting.delete(id);
  }

  async function readConvictions(): Promise<void> {
    const all = await reader.court.convictions();
    for (const conviction of all.slice(convictionsSeen)) {
      convictionsSeen++;
      await noteConviction(conviction);
    }
  }

  async function noteConviction(conviction: Conviction): Promise<void> {
    const { accused, statement, ground, slashed, dispute, accuser } = conviction;
    const work = world.works.get(statement);
    const at = world.schedule.now();
    const planted = await reader.court.isPlanted(statement);
    // An auditor that stayed away loses a penalty, not its place.
    const isAbsence = ground === 'unavailability' && work?.receipt.message.provider !== accused;
    world.score.convictions.push({ accused, ground, at, slashed, planted });
    if (planted && accused === work?.receipt.message.provider) {
      world.score.plantCosts.set(accused, (world.score.plantCosts.get(accused) ?? 0n) + slashed);
    }
    const who = world.nodes.get(accuser);
    const id = dispute === ZERO_32 ? statement : dispute;
    if (who) world.schedule.after(ANSWER_SECONDS, () => who.whenUp(() => enforce(who, accused, id)));
    if (!isAbsence && !(planted && accused === work?.receipt.message.provider)) {
      world.convicted.add(accused);
      const program = work ? PROGRAM : undefined;
      world.trust.add({ node: accused, program, receipt: statement, result: 'fault', auditor: undefined });
      world.score.caught(`self:${statement}`);
    }
    if (work && ground === 'jury') accuseAgreeing(work);
  }

  async function enforce(who: SimNode, accused: Hex, id: Hex): Promise<void> {
    if ((await reader.court.sentenceOf(accused, id)) === undefined) return;
    await act(world, 'enforce', accused, () => who.chain.court.enforce(accused, id));
  }

  /** Whoever agreed with a refuted receipt loses its stake; the requester has the reports. */
  function accuseAgreeing(work: Work): void {
    const requester = world.nodes.get(work.order.requester)!;
    world.schedule.after(requester.random.next() * ANSWER_SECONDS, () =>
      requester.whenUp(async () => {
        for (const { digest, report } of agreeing(work)) {
          const accused = report.message.auditor;
          const done = await act(world, 'accuseReport', accused, () =>
            requester.chain.court.accuseReport(report, work.receipt.message),
          );
          if (done) world.score.caught(`report:${digest}`);
        }
      }),
    );
  }

  async function noteDecision(id: Hex): Promise<void> {
    const view = await reader.court.dispute(id);
    if (view?.outcome === 'acquitted') world.score.caught(`dispute:${id}`);
  }

  async function noteSettled(id: Hex): Promise<void> {
    for (const { what, who, details } of await reader.court.timeline(id)) {
      if (what !== 'vote-settled' || BigInt(details['penalty'] ?? 0) === 0n) continue;
      world.score.caught(`vote:${id}:${details['round']}:${who}`);
      world.score.penalties.set(`${id} ${details['round']} ${who}`, {
        juror: who!,
        amount: BigInt(details['penalty']!),
      });
    }
  }

  return {
    stop,
    onDemandEnd(demand, then) {
      waiting.set(demand, [...(waiting.get(demand) ?? []), then]);
    },
    async pursuePlant(requester, work) {
      const plant = world.plants.get(work.job.order);
      if (!plant || agreeing(work).length === 0) return;
      const mine = execute(work.job.manifest);
      await accuse(world, requester, work, mine, firstDifference(mine, work.claimed)!);
    },
  };
}

function agreeing(work: Work) {
  return work.reports.filter(
    ({ report: { message } }) =>
      message.verdict === auditVerdicts.agrees && message.execution === work.receipt.message.execution,
  );
}
