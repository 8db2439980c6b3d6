import { auditRatePpm, burnableStake } from '@koinon/integrity';
import {
  assurances,
  type Hex,
  KoinonError,
  sha256,
  toHex,
  utf8,
  ZERO_32,
  ZERO_ADDRESS,
} from '@koinon/protocol';
import type { Job } from './behaviour.ts';
import { checkLog } from './checkLog.ts';
import { predict } from './drawLot.ts';
import { takeOrder } from './provide.ts';
import type { SimNode, Work } from './simNode.ts';
import { PRICE, WINDOW_SECONDS, type World } from './world.ts';

/** The program that everybody runs: what trust is counted by. */
export const PROGRAM = 'hash-chain';
const TRIES = 6;

/** Orders one piece of work from somebody whose stake is worth it, and follows it to its end. */
export async function order(world: World, requester: SimNode): Promise<void> {
  const provider = choose(world, requester);
  if (!provider) return;
  const rate = await rateFor(world, provider);
  if (rate === undefined) return;
  const isPrivate = provider.cheater?.name === 'row-writer';
  const isHonest = !provider.cheater && !requester.cheater;
  const isPlanted = !isPrivate && isHonest && requester.random.chance(world.options.plants);
  const nonce = requester.random.bytes32();
  const manifest = toHex(sha256(utf8.encode(`manifest\n${nonce}`)));
  const message = {
    manifest,
    requester: requester.address,
    provider: provider.address,
    grant: isPrivate ? nonce : ZERO_32,
    channel: ZERO_32,
    token: world.memory.deployment.token as Hex,
    maxAmount: PRICE,
    assurance: isPrivate ? assurances['owner-audited'] : assurances.replay,
    replicas: 1,
    auditRatePpm: isPrivate ? 1_000_000 : rate,
    auditAmount: PRICE / 20n,
    comparator: ZERO_32,
    auditor: ZERO_ADDRESS,
    expiresAt: BigInt(world.schedule.now() + 3_600),
    nonce,
  };
  const job: Job = { manifest, order: world.digest('Order', message), isPlanted, isPrivate };
  hand(1);

  function hand(attempt: number): void {
    world.network.ask(
      requester,
      provider!,
      to => takeOrder(world, to, message, job),
      work => {
        if (work) return received(world, requester, provider!, work);
        if (attempt < TRIES) hand(attempt + 1);
      },
    );
  }
}

async function received(world: World, requester: SimNode, provider: SimNode, work: Work): Promise<void> {
  // Paid at once and for ever: the worst case for the requester.
  const isHidden = !provider.behaviour.servesTrace || provider.behaviour.logs !== 'yes';
  if ((work.isFalse || isHidden) && !work.job.isPlanted && !work.job.isPrivate) {
    world.score.steal(provider.address, PRICE);
  }
  if (provider.behaviour.logs !== 'yes' && provider.cheater) {
    // Every requester checks the log: there is no lot in this.
    const kind = provider.cheater.name;
    world.score.try(`log:${work.digest}`, { kind, node: provider.address, at: work.at, predicted: 1 });
  }
  if (world.options.detection) return checkLog(world, requester, provider, work);
  // Nobody will look; what looking would have found is predicted all the same.
  const { number } = await requester.chain.block('latest');
  await predict(world, requester, provider, work, number - 1);
}

/** Somebody else, with a chance by the slots it offers, whom the court has not convicted. */
function choose(world: World, requester: SimNode): SimNode | undefined {
  const others = [...world.nodes.values()].filter(
    node => node.owner !== requester.owner && node.isUp() && !world.convicted.has(node.address),
  );
  const slots = others.reduce((sum, { behaviour }) => sum + behaviour.slots, 0);
  let ticket = requester.random.next() * slots;
  for (const node of others) {
    ticket -= node.behaviour.slots;
    if (ticket < 0) return node;
  }
  return undefined;
}

/** The rate of the order by bond and record; undefined when the bond is not enough. */
async function rateFor(world: World, provider: SimNode): Promise<number | undefined> {
  const record = await provider.chain.nodes.get(provider.address);
  // What its log shows and is not final yet; what it hides until the next anchor nobody can count.
  const now = world.schedule.now();
  const open = [...provider.disk.done.values()].filter(({ receipt: { message } }) => {
    const anchorBy = Number(message.anchorBy);
    return anchorBy < now && now < anchorBy + WINDOW_SECONDS;
  });
  try {
    return auditRatePpm(
      { bond: burnableStake(record?.stake ?? 0n), gain: PRICE, gainInFlight: PRICE * BigInt(open.length) },
      world.trust.of(provider.address, PROGRAM),
    );
  } catch (error) {
    if (error instanceof KoinonError && error.code === 'K_BOND_TOO_SMALL') {
      // Its stake is held by a dispute, or gone.
      world.refused.set('order K_BOND_TOO_SMALL', (world.refused.get('order K_BOND_TOO_SMALL') ?? 0) + 1);
      return undefined;
    }
    throw error;
  }
}
