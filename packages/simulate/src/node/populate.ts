import { type Hex, roles, sha256, toHex, utf8 } from '@koinon/protocol';
import type { Cheater, Ring } from '../cheaters/cheater.ts';
import { cheaters } from '../cheaters/index.ts';
import { memoryLog } from '../engine/memoryLog.ts';
import type { Signatures } from '../engine/signatures.ts';
import { honest } from './behaviour.ts';
import { PROGRAM } from './request.ts';
import { crashes, type SimNode } from './simNode.ts';
import { PURSE, STAKE, type World } from './world.ts';

/** Which rings take part: the kinds in turn, until their nodes are the share that was asked for; the first one always. */
function chooseRings({ options }: World): Cheater[] {
  const wanted = Math.round(options.nodes * options.cheaters);
  const kinds = (options.kinds ?? cheaters.map(({ name }) => name)).flatMap(name =>
    cheaters.filter(cheater => cheater.name === name),
  );
  const rings: Cheater[] = [];
  let count = 0;
  for (let taken = true; taken && count < wanted; ) {
    taken = false;
    for (const kind of kinds) {
      if (count > 0 && count + kind.nodes > wanted) continue;
      if (count >= wanted) break;
      rings.push(kind);
      count += kind.nodes;
      taken = true;
    }
  }
  return rings;
}

/** Registers everybody, gives them stake, a purse and a past. */
export async function populate(world: World, signatures: Signatures): Promise<void> {
  const { options, random } = world;
  const plan: Array<{ cheater: Cheater | undefined; ring: number; index: number }> = [];
  chooseRings(world).forEach((cheater, ring) => {
    for (let index = 0; index < cheater.nodes; index++) plan.push({ cheater, ring, index });
  });
  while (plan.length < options.nodes) plan.push({ cheater: undefined, ring: -1, index: 0 });
  const signers = plan.map((_, i) => signatures.signer(`node ${i}`));
  const rings = new Map<number, Ring>();
  for (const [i, { ring }] of plan.entries()) {
    if (ring < 0) continue;
    const known = rings.get(ring) ?? { members: [], random: random.fork(`ring ${ring}`) };
    rings.set(ring, { ...known, members: [...known.members, signers[i]!.address] });
  }
  for (const [i, { cheater, ring, index }] of plan.entries()) {
    const signer = signers[i]!;
    const { address } = signer;
    const stake = (STAKE * BigInt(Math.round(1_000 * (cheater?.stakeShare ?? 1)))) / 1_000n;
    // The one that is to be believed has an ordinary stake, whatever its helpers have.
    const own = index === 0 ? STAKE : stake;
    world.memory.mint(address, own + PURSE);
    const chain = world.memory.connect(address);
    await chain.nodes.register({ peerId: peerIdOf(i), roles: roles.provide | roles.audit });
    await chain.nodes.stake(address, own);
    const node: SimNode = {
      name: `${cheater?.name ?? 'honest'} ${i}`,
      address,
      owner: address,
      signer,
      chain,
      random: random.fork(`node ${i}`),
      secret: toHex(sha256(utf8.encode(`${options.seed}\nsecret\n${i}`))),
      behaviour: cheater ? cheater.corrupt(honest(), rings.get(ring)!, index) : honest(),
      cheater,
      disk: {
        log: memoryLog(),
        shownLog: memoryLog(),
        done: new Map(),
        seals: new Map(),
        reports: new Map(),
        unanchored: [],
      },
      ...crashes(world.schedule),
    };
    world.nodes.set(address, node);
    world.staked.set(address, own);
    giveRecord(world, node);
  }
}

/** A network that has run for a while: everybody has passed some audits, and cheaters have waited for enough of them. */
function giveRecord(world: World, { address, random, cheater }: SimNode): void {
  const passed = cheater ? 10 + random.below(15) : random.below(25);
  for (let i = 0; i < passed; i++) {
    const receipt = random.bytes32();
    const auditor: Hex = `0x${'ee'.repeat(20)}`;
    world.trust.add({ node: address, program: PROGRAM, receipt, result: 'agreed', auditor });
  }
}

/** Any base58 text will do. */
function peerIdOf(i: number): string {
  return `QmNode${String(i).replaceAll('0', 'z')}`;
}
