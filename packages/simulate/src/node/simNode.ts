import type { Chain } from '@koinon/chain';
import type { OwnSeal } from '@koinon/integrity';
import type { Hex, Order, Signed, StatementSigner } from '@koinon/protocol';
import type { Cheater } from '../cheaters/cheater.ts';
import type { MemoryLog } from '../engine/memoryLog.ts';
import type { Execution } from '../engine/program.ts';
import type { Random } from '../engine/random.ts';
import type { Deed, Schedule } from '../engine/schedule.ts';
import type { Behaviour, Job } from './behaviour.ts';

/** A receipt with all that its provider and its requester keep of it. */
export interface Work {
  job: Job;
  order: Order;
  receipt: Signed<'Receipt'>;
  digest: Hex;
  leafSalt: Hex;
  claimed: Execution;
  /** What an honest replay yields. */
  isFalse: boolean;
  at: number;
  /** Seed of the lot, once it is known. */
  draw?: Hex;
  reports: Array<{ digest: Hex; report: Signed<'AuditReport'> }>;
}

/** What survives a crash. */
export interface Disk {
  log: MemoryLog;
  /** Where a forked log differs from what is anchored. */
  shownLog: MemoryLog;
  done: Map<Hex, Work>;
  seals: Map<Hex, OwnSeal>;
  reports: Map<Hex, { report: Signed<'AuditReport'>; agrees: boolean; work: Work }>;
  /** Reports whose log place is not anchored yet. */
  unanchored: Array<{ index: number; tell: () => void }>;
}

export interface SimNode {
  name: string;
  address: Hex;
  owner: Hex;
  signer: StatementSigner;
  chain: Chain;
  random: Random;
  /** What its salts are made from. */
  secret: Hex;
  behaviour: Behaviour;
  /** Undefined for an honest node. */
  cheater: Cheater | undefined;
  disk: Disk;
  isUp(): boolean;
  /** Now, or as soon as it runs again. */
  whenUp(deed: Deed): void | Promise<void>;
  crash(seconds: number): void;
}

/** The two things a node can lose by crashing: its time, and everything not on its disk. */
export function crashes(schedule: Schedule): Pick<SimNode, 'isUp' | 'whenUp' | 'crash'> {
  let upAt = 0;
  const isUp = () => schedule.now() >= upAt;
  return {
    isUp,
    whenUp(deed) {
      if (isUp()) return deed();
      schedule.at(upAt + 1, deed);
    },
    crash(seconds) {
      upAt = Math.max(upAt, schedule.now() + seconds);
    },
  };
}
