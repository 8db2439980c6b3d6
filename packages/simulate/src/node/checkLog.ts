import type { Place } from '@koinon/chain';
import { fromHex, type LogHead, logLeafHash, type Signed, verifyInclusion } from '@koinon/protocol';
import { act } from './act.ts';
import { drawLot } from './drawLot.ts';
import type { SimNode, Work } from './simNode.ts';
import type { World } from './world.ts';

const TRIES = 4;
const RETRY_SECONDS = 60;

/** What a requester asks of the provider after an anchor: where its receipt stands, and the head it stands under. */
interface Shown {
  place: Place;
  head: Signed<'LogHead'>;
}

/** Sees to it that a receipt stands in its provider's anchored log, then to its audit. */
export function checkLog(world: World, requester: SimNode, provider: SimNode, work: Work): void {
  const { receipt, digest } = work;
  const { logIndex, anchorBy } = receipt.message;
  const { court, nodes } = requester.chain;
  const again = (seconds: number, attempt: number) =>
    world.schedule.after(seconds, () => requester.whenUp(() => look(attempt)));
  again(RETRY_SECONDS, 1);

  async function look(attempt: number): Promise<void> {
    if (world.convicted.has(provider.address) && provider.behaviour.logs !== 'yes') {
      return world.score.caught(`log:${digest}`);
    }
    const first = await nodes.anchorTransaction(provider.address, logIndex + 1n);
    const now = BigInt(world.schedule.now());
    if (!first) {
      if (now <= anchorBy) return again(Math.min(300, Number(anchorBy - now) + 2), attempt);
      const accused = await act(world, 'accuseOmittedReceipt', provider.address, () =>
        court.accuseOmittedReceipt(receipt),
      );
      if (accused) world.score.caught(`log:${digest}`);
      return;
    }
    const anchors = await nodes.anchors(provider.address);
    const anchorIndex = BigInt(anchors.findIndex(({ transaction }) => transaction === first.transaction));
    const size = Number(first.size);
    world.network.ask(
      requester,
      provider,
      to => show(world, to, work, anchorIndex, size),
      async shown => {
        if (!shown) {
          if (attempt < TRIES) return again(RETRY_SECONDS, attempt + 1);
          // The court hears of it once the provider is out of time.
          const left = Number(anchorBy) - world.schedule.now();
          if (left >= 0) return again(left + 2, attempt);
          return demandInclusion(anchorIndex, first.block, first.root, size);
        }
        const { head, place } = shown;
        if (head.message.root !== first.root) {
          const accused = await act(world, 'accuseHead', provider.address, () =>
            court.accuseHead(head, anchorIndex),
          );
          if (accused || world.convicted.has(provider.address)) world.score.caught(`log:${digest}`);
          return;
        }
        if (stands(work, place, size, first.root))
          drawLot(world, requester, provider, work, { ...first, place });
        else await demandInclusion(anchorIndex, first.block, first.root, size);
      },
    );
  }

  async function demandInclusion(
    anchorIndex: bigint,
    block: number,
    root: string,
    size: number,
  ): Promise<void> {
    const made = await act(world, 'demand', provider.address, () =>
      court.demand(receipt, work.order, 'inclusion', 0n),
    );
    if (!made) {
      if (world.convicted.has(provider.address)) world.score.caught(`log:${digest}`);
      return;
    }
    world.onDemandEnd(made.demand, outcome => {
      if (outcome === 'convicted') return world.score.caught(`log:${digest}`);
      const place = placeOf(provider, work, anchorIndex, size);
      if (place && stands(work, place, size, root)) {
        drawLot(world, requester, provider, work, { block, place });
      }
    });
  }
}

/** The provider's answer: nothing when the receipt is not there. */
async function show(
  world: World,
  provider: SimNode,
  work: Work,
  anchorIndex: bigint,
  size: number,
): Promise<Shown | undefined> {
  const place = placeOf(provider, work, anchorIndex, size);
  if (!place) return undefined;
  const log = provider.behaviour.logs === 'forks' ? provider.disk.shownLog : provider.disk.log;
  const message: LogHead = {
    node: provider.address,
    size: BigInt(size),
    root: log.root(size),
    issuedAt: BigInt(world.schedule.now()),
  };
  const signature = await provider.signer.signDigest(world.digest('LogHead', message));
  return { place, head: { message, signature } };
}

export function placeOf(provider: SimNode, work: Work, anchorIndex: bigint, size: number): Place | undefined {
  if (provider.behaviour.logs === 'omits') return undefined;
  const log = provider.behaviour.logs === 'forks' ? provider.disk.shownLog : provider.disk.log;
  const index = Number(work.receipt.message.logIndex);
  if (index >= size || size > log.size()) return undefined;
  return { leafSalt: work.leafSalt, anchorIndex, path: log.path(index, size) };
}

function stands(work: Work, place: Place, size: number, root: string): boolean {
  return verifyInclusion({
    leaf: logLeafHash('Receipt', work.digest, place.leafSalt),
    index: Number(work.receipt.message.logIndex),
    size,
    path: place.path.map(fromHex),
    root: fromHex(root),
  });
}
