import type { EndpointFaults } from '../chain/endpointFaults.ts';
import type { World } from '../world.ts';
import { type Fault, faultInWords } from './fault.ts';
import type { Lives } from './lives.ts';

/** What the faults of a story take effect on. */
export interface Injection {
  world: World;
  lives: Lives;
  /** A node's endpoint, whose faults are changed in place. */
  endpointOf(name: string): EndpointFaults;
  /** From the node's next start on. */
  setClock(name: string, aheadMs: number): void;
  tell(words: string): void;
}

/** Has each fault begin and end at its time, counted from now. Returns what heals everything that lasts. */
export function inject(
  faults: readonly Fault[],
  { world, lives, endpointOf, setClock, tell }: Injection,
): () => void {
  const { loop, hub, chain } = world;
  const parted: { groups: readonly (readonly string[])[] }[] = [];
  const losses: number[] = [];
  const fullDisks = new Map<string, number>();
  const touched = new Set<EndpointFaults>();
  let isOver = false;

  /** The parts of all partitions at once: only who is together in each of them is. */
  function part(): void {
    hub.heal();
    if (parted.length === 0) return;
    const names = parted[0]!.groups.flat();
    const cells = new Map<string, string[]>();
    for (const name of names) {
      const key = parted.map(({ groups }) => groups.findIndex(group => group.includes(name))).join();
      cells.set(key, [...(cells.get(key) ?? []), name]);
    }
    hub.partition([...cells.values()].map(cell => cell.map(name => world.operatorOf(name))));
  }
  const lose = () => hub.setLossRate(Math.max(0, ...losses) / 1_000_000);

  /** Lets a fault happen; what ends it. */
  function begin(fault: Fault): (() => void) | undefined {
    const { durationMs } = fault;
    switch (fault.kind) {
      case 'death':
        lives.dieAtWrite(fault.subject, fault.writes, durationMs);
        return undefined;
      case 'outage':
        lives.die(fault.subject, durationMs);
        return undefined;
      case 'power':
        lives.die(fault.subject, durationMs);
        world.diskOf(fault.subject).fail();
        return undefined;
      case 'full disk': {
        const count = (change: number) => {
          const left = (fullDisks.get(fault.subject) ?? 0) + change;
          fullDisks.set(fault.subject, left);
          world.diskOf(fault.subject).full = left > 0;
        };
        count(1);
        return () => count(-1);
      }
      case 'clock':
        setClock(fault.subject, fault.aheadMs);
        return undefined;
      case 'endpoint': {
        const endpoint = endpointOf(fault.subject);
        touched.add(endpoint);
        Object.assign(endpoint, fault.faults);
        return () => {
          for (const key of Object.keys(fault.faults)) delete endpoint[key as keyof EndpointFaults];
        };
      }
      case 'partition': {
        parted.push(fault);
        part();
        return () => {
          parted.splice(parted.indexOf(fault), 1);
          part();
        };
      }
      case 'loss':
        losses.push(fault.ppm);
        lose();
        return () => {
          losses.splice(losses.indexOf(fault.ppm), 1);
          lose();
        };
      case 'reorganisation':
        void chain.reorganise(fault.depth, { lose: () => fault.loses });
        return undefined;
    }
  }

  for (const fault of faults) {
    loop.after(fault.atMs, () => {
      if (isOver) return;
      tell(faultInWords(fault));
      const end = begin(fault);
      if (end !== undefined) loop.after(fault.durationMs, () => void (isOver || end()));
    });
  }

  return () => {
    isOver = true;
    lives.spare();
    parted.length = 0;
    losses.length = 0;
    part();
    lose();
    for (const name of fullDisks.keys()) world.diskOf(name).full = false;
    for (const endpoint of touched)
      for (const key of Object.keys(endpoint)) delete endpoint[key as keyof EndpointFaults];
  };
}
