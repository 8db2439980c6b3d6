import { performance } from 'node:perf_hooks';
import { type Hex, sha256, toHex, utf8 } from '@koinon/protocol';
import { workOf } from '../src/testing/disputes.ts';
import { digest, PEER_ID } from '../src/testing/samples.ts';
import { accountsOf, type World } from '../src/testing/world.ts';
import { memoryChain } from '../src/twin/memoryChain.ts';

const NODES = 1_000;
const DISPUTES = 100;
const KOIN = 10n ** 18n;
const SALT = digest(0x5a);

/** How fast the twin holds court in a network of a thousand nodes: what bounds a simulation. */
export default async function bench() {
  const memory = memoryChain({ court: { jurySeats: 15 }, check: () => true });
  const { signers } = accountsOf({});
  const named = (i: number): Hex => toHex(sha256(utf8.encode(`node ${i}`)).subarray(0, 20));
  const treasury = memory.connect(signers[0]!.address);
  memory.mint(signers[0]!.address, 10n ** 9n * KOIN);
  const chains = Array.from({ length: NODES }, (_, i) => memory.connect(named(i)));

  const started = performance.now();
  for (const [i, chain] of chains.entries()) {
    await chain.nodes.register({ peerId: PEER_ID, roles: 7 });
    await treasury.nodes.stake(named(i), 10_000n * KOIN);
  }
  const registered = performance.now();

  const world = {
    as: () => treasury,
    account: (i: number) => (i === 0 ? signers[0]!.address : named(i)),
    signer: () => signers[0]!,
  } as unknown as World;
  const court = treasury.court;
  const votes: { dispute: Hex; round: number; juror: Hex }[] = [];
  const advanceTo = async (seconds: number) =>
    memory.advance(seconds - (await treasury.block('latest')).timestampSeconds);
  for (let i = 0; i < DISPUTES; i++) {
    const work = await workOf(world, i + 1);
    const right = work.outcome(1, digest(0x99));
    const { dispute } = await court.accuse(
      work.receipt,
      work.order,
      work.opening,
      work.claim(1),
      court.sealOf(right, SALT),
    );
    let view = (await court.dispute(dispute))!;
    // Now and then a jury turns out too small, and a larger one follows.
    while (view.outcome === 'open') {
      const { round, commitUntil, appealUntil } = view.juries.at(-1)!;
      memory.advance(1);
      const jurors: number[] = [];
      for (let n = 0; n < NODES; n++) if ((await court.seats(dispute, round, named(n)))! > 0) jurors.push(n);
      for (const n of jurors)
        await chains[n]!.court.sealVote(dispute, court.voteOf(dispute, round, named(n), right, SALT));
      await advanceTo(commitUntil);
      for (const n of jurors) await chains[n]!.court.openVote(dispute, right, SALT);
      await advanceTo(appealUntil);
      await court.resolve(dispute);
      votes.push(...jurors.map(n => ({ dispute, round, juror: named(n) })));
      view = (await court.dispute(dispute))!;
    }
  }
  for (const { dispute, round, juror } of votes) await court.settleVote(dispute, round, juror);
  const ended = performance.now();
  if ((await court.convictions()).length !== DISPUTES) throw new Error('not everybody was convicted');
  const tries = [];
  for (let i = 0; i < 5; i++) {
    const before = performance.now();
    await court.timeline((await court.disputes())[i]!.dispute);
    tries.push(performance.now() - before);
  }
  return {
    title: `The court of the twin: ${NODES} nodes, ${DISPUTES} disputes, 15 seats expected`,
    rows: [
      { what: 'register and stake a node, us', value: round((registered - started) / NODES) },
      { what: 'a whole dispute, us', value: round((ended - registered) / DISPUTES) },
      { what: 'votes in it', value: votes.length / DISPUTES },
      { what: 'list all disputes and tell one, us', value: round(Math.min(...tries)) },
    ],
    note: 'Every node looks up its seats in every jury.',
  };
}

const round = (ms: number) => Math.round(ms * 1_000);
