import { Crash, type FaultPlan } from '@koinon/store';
import type { LifeChanges, World } from '../world.ts';

/** How long whoever keeps a node waits before it tries to start it again, milliseconds. */
const AGAIN_MS = 10_000;

/** Nodes that die, and somebody who starts them again. */
export interface Lives {
  /** What the life of a node that begins now is handed. */
  changes(name: string): LifeChanges;
  /** The node dies now, with whatever it is at, and comes back after so long. */
  die(name: string, downMs: number): void;
  /** It dies at a durable write, so many from now, and comes back after so long. */
  dieAtWrite(name: string, writes: number, downMs: number): void;
  /** Whether nobody is dead, or means to die. */
  isWhole(): boolean;
  /** Nobody dies any more who is not dead yet. */
  spare(): void;
}

interface Fate {
  /** Durable writes that it may still do; undefined for one that means to live. */
  writesLeft: number | undefined;
  downMs: number;
  isDown: boolean;
}

/** `base`: how a node's lives differ whatever happens to it. */
export function keepAlive(world: World, base: (name: string) => LifeChanges): Lives {
  const { loop } = world;
  const fates = new Map<string, Fate>();

  const fateOf = (name: string): Fate => {
    const fate = fates.get(name) ?? { writesLeft: undefined, downMs: 0, isDown: false };
    fates.set(name, fate);
    return fate;
  };

  function die(name: string, downMs: number): void {
    const fate = fateOf(name);
    fate.writesLeft = undefined;
    world.kill(name);
    if (fate.isDown) return;
    fate.isDown = true;
    loop.after(downMs, () => void comeBack(name));
  }

  async function comeBack(name: string): Promise<void> {
    const fate = fateOf(name);
    fate.isDown = false;
    try {
      await world.start(name, changes(name));
    } catch {
      // Its chain does not answer, or its disk is full: whoever keeps it tries again.
      if (!fate.isDown) die(name, AGAIN_MS);
    }
  }

  function changes(name: string): LifeChanges {
    const fate = fateOf(name);
    let isDead = false;
    const pass = (write: string): void => {
      if (isDead) throw new Crash(`dead before ${write}`);
      if (fate.writesLeft === undefined || fate.writesLeft-- > 0) return;
      isDead = true;
      fate.writesLeft = undefined;
      const { downMs } = fate;
      loop.after(0, () => die(name, downMs));
      throw new Crash(`died at ${write}`);
    };
    const faults: FaultPlan = { beforeWrite: pass, afterWrite: pass };
    return { ...base(name), faults };
  }

  return {
    changes,
    die,
    dieAtWrite(name, writes, downMs) {
      const fate = fateOf(name);
      if (!fate.isDown) Object.assign(fate, { writesLeft: writes, downMs });
    },
    isWhole: () => [...fates.values()].every(({ writesLeft, isDown }) => writesLeft === undefined && !isDown),
    spare() {
      for (const fate of fates.values()) fate.writesLeft = undefined;
    },
  };
}
