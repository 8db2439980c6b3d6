import {
  concatBytes,
  executionCommitment,
  fromHex,
  type Hex,
  type Order,
  rootOf,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import { ended, execute } from '../engine/program.ts';
import { act } from './act.ts';
import type { Job } from './behaviour.ts';
import type { SimNode, Work } from './simNode.ts';
import { EPOCH_SECONDS, type World } from './world.ts';

/** Does an order: runs it, takes a place in the log, signs the receipt. Asking again gives the same answer. */
export async function takeOrder(world: World, provider: SimNode, order: Order, job: Job): Promise<Work> {
  const known = provider.disk.done.get(job.order);
  if (known) return known;
  const now = world.schedule.now();
  const { behaviour, disk } = provider;
  if (job.isPlanted) await commitPlant(world, provider, order, job);
  const right = execute(job.manifest);
  const claimed = job.isPlanted
    ? ended(right.roots, right.end.fuel, provider.random.bytes32())
    : behaviour.execute(job, provider);
  const index = disk.log.size();
  const message = {
    manifest: order.manifest,
    order: job.order,
    provider: provider.address,
    execution: executionCommitment(claimed.opening),
    output: claimed.opening.rawOutput,
    verdict: ZERO_32,
    token: order.token,
    amount: order.maxAmount,
    logIndex: BigInt(index),
    anchorBy: BigInt(now + 2 * EPOCH_SECONDS),
  };
  const digest = world.digest('Receipt', message);
  const leafSalt = await behaviour.leafSalt(digest, provider);
  if (behaviour.logs === 'yes') disk.log.append('Receipt', digest, leafSalt);
  // A fork: something else stands in the anchored log, the receipt in the one that its requester is shown.
  if (behaviour.logs === 'forks') disk.log.append('Receipt', provider.random.bytes32(), leafSalt);
  disk.shownLog.append('Receipt', digest, leafSalt);
  const signature = await provider.signer.signDigest(digest);
  const isFalse = executionCommitment(claimed.opening) !== commitmentOf(right, claimed.opening.salt);
  const work: Work = {
    job,
    order,
    receipt: { message, signature },
    digest,
    leafSalt,
    claimed,
    isFalse,
    at: now,
    reports: [],
  };
  disk.done.set(job.order, work);
  world.works.set(digest, work);
  return work;
}

function commitmentOf({ opening }: { opening: Work['claimed']['opening'] }, salt: Hex): Hex {
  return executionCommitment({ ...opening, salt });
}

/** Commits to one planted fault before its receipt exists; the requester consents. */
async function commitPlant(world: World, provider: SimNode, order: Order, job: Job): Promise<void> {
  const salt = provider.random.bytes32();
  const root = toHex(rootOf([concatBytes(fromHex(job.order), fromHex(salt))]));
  const requester = world.nodes.get(order.requester)!;
  const message = { order: job.order };
  const signature = await requester.signer.signDigest(world.digest('Plant', message));
  const mined = await act(world, 'commitPlants', undefined, () =>
    provider.chain.audits.commitPlants(root, 1),
  );
  if (mined)
    world.plants.set(job.order, { set: mined.set, salt, consent: { message, signature }, isRevealed: false });
}

/** Shows that a receipt was a planted fault, and takes the deposit back. */
export async function revealPlant(world: World, provider: SimNode, work: Work): Promise<void> {
  const plant = world.plants.get(work.job.order);
  if (!plant || plant.isRevealed) return;
  const { audits } = provider.chain;
  const place = { index: 0n, path: [] };
  const revealed = await act(world, 'revealPlant', undefined, () =>
    audits.revealPlant(plant.set, work.order, plant.consent, plant.salt, place),
  );
  if (!revealed) return;
  plant.isRevealed = true;
  const { message } = work.receipt;
  const anchors = await provider.chain.nodes.anchors(provider.address);
  const index = BigInt(anchors.findIndex(({ size }) => size > message.logIndex));
  await act(world, 'plead', undefined, () => provider.chain.court.plead(message, index));
  await act(world, 'closePlants', undefined, () => audits.closePlants(plant.set));
}

/** Anchors the log where it grew; audits of others count from here on. */
export async function anchor(world: World, node: SimNode): Promise<void> {
  const { log, unanchored } = node.disk;
  const size = BigInt(log.size());
  const { size: anchored } = await node.chain.nodes.head(node.address);
  if (size === anchored) return;
  const root = log.root(Number(size));
  const mined = await act(world, 'anchor', undefined, () => node.chain.nodes.anchor(size, root));
  if (!mined) return;
  for (const { index, tell } of unanchored) if (BigInt(index) < size) tell();
  node.disk.unanchored = unanchored.filter(({ index }) => BigInt(index) >= size);
}
