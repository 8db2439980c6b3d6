import type { Chain, ChainEvent } from '@koinon/chain';
import type { Network } from '@koinon/network';
import { ANCHOR_EPOCH_SECONDS, asKoinonError, CLOCK_SKEW_SECONDS, type Hex } from '@koinon/protocol';
import type { NodePorts } from '../ports/ports.ts';
import { logQuestions } from './askLog.ts';
import { findOmissions, findStatements } from './checkStatements.ts';
import {
  type AnchorRecord,
  type Finding,
  inconsistencyId,
  isFault,
  type LoggedStatement,
  statementFindingId,
} from './fault.ts';
import { FaultBook } from './faultBook.ts';
import { followLog, numberAnchors } from './followLog.ts';
import { noticingStatements } from './receivedStatements.ts';
import { WatchBook } from './watchBook.ts';

/** How long a node may be silent before that is a doubt: two epochs, as long as it has to anchor. */
const SILENCE_MS = 2 * ANCHOR_EPOCH_SECONDS * 1000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 300_000;
/** Logs looked at together. */
const LOOKS_AT_ONCE = 4;
/** Blocks after which an omission is looked at again before it is one: an anchor may be under way, or be moved. */
const OMISSION_BLOCKS = 3;

export interface LogMonitor {
  /** The node's network, on which every statement another node hands out is noticed and watched. */
  readonly network: Network;
  readonly faults: FaultBook;
  /** Watches that a statement, whose signature was checked, gets its place in its signer's log. */
  expect(statement: LoggedStatement): void;
  /** Watches that the log of a node never forks. */
  follow(node: Hex): void;
  /** The last anchor of a node that was shown to continue the one before it; undefined where none was looked at. */
  verified(node: Hex): AnchorRecord | undefined;
  /** Looks at everything once, and from then on whenever something happens. Call it once the network is started. */
  takeUp(): void;
  /** Resolves when nothing is being looked at; what waits for a silent node does not count. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface MonitorOptions {
  /** Follows every registered node: what auditing nodes do for the network. */
  everyone: boolean;
}

interface Silence {
  sinceMs: number;
  times: number;
}

/**
 * Watches the logs of other nodes: that what they signed is in them in time, and that they never tell two stories. What
 * it finds goes to `faults`, with the evidence. Everything it knows is on disk.
 */
export function startMonitor(
  ports: Pick<NodePorts, 'store' | 'chain' | 'network' | 'clock' | 'signer' | 'deployment' | 'journal'>,
  { everyone }: MonitorOptions,
): LogMonitor {
  const { store, chain, clock, signer, deployment, journal } = ports;
  const self = signer.address.toLowerCase();
  const faults = new FaultBook(store.database);
  const watched = new WatchBook(store.database, deployment);
  const stopping = new AbortController();
  const questions = logQuestions(ports, stopping.signal);
  const waiting = new Set<Hex>();
  const looking = new Map<Hex, Promise<void>>();
  const silences = new Map<Hex, Silence>();
  let isUp = false;
  let unwatch: (() => void) | undefined;
  let nextDue = watched.nextDue();

  function wake(node: Hex): void {
    if (!isUp || stopping.signal.aborted || node === self) return;
    waiting.add(node);
    pump();
  }

  function pump(): void {
    for (const node of [...waiting]) {
      if (looking.size >= LOOKS_AT_ONCE) return;
      if (looking.has(node)) continue;
      waiting.delete(node);
      const look = lookAt(node)
        .catch(error => {
          if (stopping.signal.aborted) return;
          journal.note('monitor-failed', { node, reason: asKoinonError(error).message });
          comeAgain(node);
        })
        .finally(() => {
          looking.delete(node);
          if (!stopping.signal.aborted) pump();
        });
      looking.set(node, look);
    }
  }

  async function lookAt(node: Hex): Promise<void> {
    const log = watched.followed(node);
    if (!log) return;
    const anchors = numberAnchors(await chain.nodes.anchors(node));
    const since = silences.get(node)?.sinceMs;
    const patience = { isOver: since !== undefined && clock.nowMs() - since > SILENCE_MS };
    const followed = await followLog(log, anchors, questions, patience);
    if (stopping.signal.aborted) return;
    watched.keep(followed.log);
    for (const finding of followed.findings) found(finding);
    for (const state of followed.borneOut) {
      faults.withdraw(inconsistencyId(node, state), 'Shown to be part of the log later.');
    }
    const checked = await findStatements(
      watched.open(node),
      { node, verified: followed.log.verified, atIndex: index => watched.atIndex(node, index) },
      questions,
      patience,
    );
    if (stopping.signal.aborted) return;
    for (const { expected, anchor, path } of checked.placed) {
      watched.place(expected.digest, { anchor, path: [...path] });
      for (const kind of ['omission', 'unproven'] as const) {
        faults.withdraw(statementFindingId(kind, node, expected.statement), 'Seen in the log later.');
      }
    }
    for (const finding of checked.findings) found(finding);
    if (followed.isSilent || checked.isSilent) comeAgain(node);
    else silences.delete(node);
    await lookForOmissions(node);
  }

  async function lookForOmissions(node: Hex): Promise<void> {
    const open = watched.open(node);
    if (open.length === 0) return;
    const { number, ...first } = await logOnChain(chain, node);
    if (findOmissions(open, node, first).length > 0) {
      await chain.waitForBlock(number + OMISSION_BLOCKS, stopping.signal);
      const { number: _, ...second } = await logOnChain(chain, node);
      for (const finding of findOmissions(open, node, second)) found(finding);
    }
    if (stopping.signal.aborted) return;
    watched.lapse(node, first.atSeconds - CLOCK_SKEW_SECONDS);
    nextDue = watched.nextDue();
  }

  function found(finding: Finding): void {
    if (!faults.record(finding, clock.nowMs())) return;
    const { kind, node } = finding;
    journal.note(isFault(finding) ? 'fault-found' : 'doubt-found', { kind, node });
  }

  /** Looks again after a pause that grows with each time in vain. */
  function comeAgain(node: Hex): void {
    const { sinceMs, times } = silences.get(node) ?? { sinceMs: clock.nowMs(), times: 0 };
    silences.set(node, { sinceMs, times: times + 1 });
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** times, LONGEST_PAUSE_MS);
    void clock.wait(pauseMs, stopping.signal).then(() => wake(node));
  }

  function expect(statement: LoggedStatement): void {
    const { message } = statement.signed;
    const node = ('provider' in message ? message.provider : message.auditor).toLowerCase() as Hex;
    if (node === self || stopping.signal.aborted) return;
    if (!watched.expect(statement)) return;
    if (nextDue === undefined || message.anchorBy < nextDue) nextDue = message.anchorBy;
    wake(node);
  }

  function follow(node: Hex): void {
    if (node !== self && watched.follow(node)) wake(node);
  }

  async function followEveryone(): Promise<void> {
    for (const { operator } of await chain.nodes.list()) follow(operator);
  }

  function hear(event: ChainEvent): void {
    if (event.type === 'anchored') {
      if (everyone) follow(event.operator);
      if (watched.followed(event.operator)) wake(event.operator);
    } else if (event.type === 'node' && everyone) {
      follow(event.operator);
    } else if (event.type === 'block') {
      const over = event.block.timestampSeconds - CLOCK_SKEW_SECONDS;
      if (nextDue === undefined || BigInt(over) <= nextDue) return;
      for (const node of watched.overdue(over)) if (!looking.has(node) && !silences.has(node)) wake(node);
    }
  }

  function attempt(work: () => void): void {
    try {
      if (!stopping.signal.aborted) work();
    } catch (error) {
      journal.note('monitor-failed', { reason: asKoinonError(error).message });
    }
  }

  return {
    network: noticingStatements(ports.network, deployment, expect),
    faults,
    expect,
    follow,
    verified: node => watched.followed(node)?.verified,
    takeUp: () => {
      isUp = true;
      for (const node of watched.nodes()) wake(node);
      if (everyone) {
        void followEveryone().catch(error =>
          journal.note('monitor-failed', { reason: asKoinonError(error).message }),
        );
      }
      // Handlers of the chain must not throw; a disk that fails is for `stop` and the next start.
      unwatch = chain.watch(event => attempt(() => hear(event)));
    },
    settled: async () => {
      while (looking.size > 0 || waiting.size > 0) await Promise.all(looking.values());
    },
    stop: async () => {
      stopping.abort();
      unwatch?.();
      await Promise.all(looking.values());
    },
  };
}

/** How long the anchored log is, and the time of the block before which it was read. */
async function logOnChain(
  chain: Pick<Chain, 'block' | 'nodes'>,
  node: Hex,
): Promise<{ number: number; anchoredSize: bigint; atSeconds: number }> {
  const { number, timestampSeconds } = await chain.block('latest');
  const { size } = await chain.nodes.head(node);
  return { number, anchoredSize: size, atSeconds: timestampSeconds };
}
