import type { Place } from '@koinon/chain';
import { drawAuditors, drawId, type Hex, isAudited, logLeafHash } from '@koinon/protocol';
import { missChance } from '../report/missChance.ts';
import { act } from './act.ts';
import { audit } from './audit.ts';
import { revealPlant } from './provide.ts';
import type { SimNode, Work } from './simNode.ts';
import { EPOCH_SECONDS, type World } from './world.ts';

const TRIES = 12;

interface Anchored {
  block: number;
  place: Place;
}

/** Follows the beacon to the auditors of a leaf, sends them there, and asks for what they owe. */
export async function drawLot(
  world: World,
  requester: SimNode,
  provider: SimNode,
  work: Work,
  anchored: Anchored,
): Promise<void> {
  if (work.job.isPrivate) return;
  const { chain } = requester;
  const beacon = await chain.beacon.known(await chain.beacon.roundAfter(anchored.block));
  if (beacon === undefined) {
    world.schedule.after(65, () =>
      requester.whenUp(() => drawLot(world, requester, provider, work, anchored)),
    );
    return;
  }
  const seed = drawId(beacon, logLeafHash('Receipt', work.digest, anchored.place.leafSalt));
  work.draw = seed;
  const { stakes, total } = await world.stakesAt(anchored.block - 1);
  const eligible = [...stakes]
    .map(([operator, stake]) => ({ operator, stake }))
    .filter(({ operator }) => isEligible(world, operator, provider, requester));
  await predict(world, requester, provider, work, anchored.block - 1);
  const { auditRatePpm } = work.order;
  const drawn = isAudited(seed, auditRatePpm) ? drawAuditors(seed, eligible, total) : undefined;
  for (const address of drawn?.auditors ?? []) send(world.nodes.get(address)!, 1);
  const { reportSeconds } = world.terms;
  const late = 3 * EPOCH_SECONDS > reportSeconds ? 3 * EPOCH_SECONDS : reportSeconds;
  world.schedule.after(late, () =>
    requester.whenUp(() => afterAudits(drawn?.round === 0 ? drawn.auditors : [])),
  );

  function send(auditor: SimNode, attempt: number): void {
    world.network.ask(
      requester,
      auditor,
      () => true as const,
      accepted => {
        if (accepted) return audit(world, auditor, requester, provider, work, seed, drawn?.round === 0);
        if (attempt < TRIES) send(auditor, attempt + 1);
      },
    );
  }

  /** Absence can be proved of those only whom the first draw named: a contract sees no other draw. */
  async function afterAudits(owing: Hex[]): Promise<void> {
    if (work.job.isPlanted) await provider.whenUp(() => revealPlant(world, provider, work));
    for (const auditor of owing) {
      if (work.reports.some(({ report }) => report.message.auditor === auditor)) continue;
      const made = await act(world, 'demandReport', auditor, () =>
        chain.court.demandReport(work.receipt, work.order, anchored.place, auditor),
      );
      const id = `absent:${work.digest}:${auditor}`;
      if (made) {
        world.onDemandEnd(made.demand, outcome => {
          if (outcome === 'convicted') world.score.caught(id);
        });
      }
    }
    await world.pursuePlant(requester, work);
  }
}

function isEligible(world: World, operator: Hex, provider: SimNode, requester: SimNode): boolean {
  const node = world.nodes.get(operator);
  return node !== undefined && node.owner !== provider.owner && node.owner !== requester.owner;
}

/** The formula, with what an onlooker knows: q · (1 − chance that only friends are drawn). */
export async function predict(
  world: World,
  requester: SimNode,
  provider: SimNode,
  work: Work,
  stakeBlock: number,
): Promise<void> {
  const isBad = work.isFalse || !provider.behaviour.servesTrace;
  if (!provider.cheater?.byLot || !isBad) return;
  const { stakes, total } = await world.stakesAt(stakeBlock);
  const friends: bigint[] = [];
  const others: bigint[] = [];
  for (const [operator, stake] of stakes) {
    if (!isEligible(world, operator, provider, requester)) continue;
    const looks = world.nodes.get(operator)!.behaviour.audits(provider.address) === 'replay';
    (looks ? others : friends).push(stake);
  }
  const predicted = (work.order.auditRatePpm / 1_000_000) * (1 - missChance(others, friends, total));
  const kind = provider.cheater.name;
  world.score.try(`work:${work.digest}`, { kind, node: provider.address, at: work.at, predicted });
}
