import type { Chain, ChainEvent } from '@koinon/chain';
import type { Network } from '@koinon/network';
import { ANCHOR_EPOCH_SECONDS, asKoinonError, CLOCK_SKEW_SECONDS, type Hex } from '@koinon/protocol';
import type { Again, Agenda } from '../durable/agenda.ts';
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
import { followLog } from './followLog.ts';
import { numberAnchors } from './numberAnchors.ts';
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
  /** Follows every registered node, now and later: what auditing nodes do for the network. Returns what ends it. */
  followEveryone(): () => void;
  /** How many want everyone followed. */
  readonly followerCount: number;
  /** The last anchor of a node that was shown to continue the one before it; undefined where none was looked at. */
  verified(node: Hex): AnchorRecord | undefined;
  /** Looks at everything once, and from then on whenever something happens. Call it once the network is started. */
  takeUp(): void;
  /** Resolves when nothing is being looked at; what waits for a silent node does not count. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Watches the logs of other nodes: that what they signed is in them in time, and that they never tell two stories. What
 * it finds goes to `faults`, with the evidence. Everything it knows is on disk.
 */
export function startMonitor(
  ports: Pick<NodePorts, 'store' | 'chain' | 'network' | 'clock' | 'signer' | 'deployment' | 'journal'>,
  agenda: Pick<Agenda, 'matters'>,
): LogMonitor {
  const { store, chain, clock, signer, deployment, journal } = ports;
  const self = signer.address.toLowerCase();
  const faults = new FaultBook(store.database);
  const watched = new WatchBook(store.database, deployment);
  const stopping = new AbortController();
  const questions = logQuestions(ports, stopping.signal);
  /** Since when a node has owed an answer, milliseconds since 1970, and how often it was asked in vain. */
  const silences = new Map<Hex, { sinceMs: number; times: number }>();
  let everyone = 0;
  let unwatch: (() => void) | undefined;
  let nextDue = watched.nextDue();
  const logs = agenda.matters<Hex>('monitor.logs', {
    slots: LOOKS_AT_ONCE,
    work: lookAt,
    failed: (node, error) => journal.note('monitor-failed', { node, reason: asKoinonError(error).message }),
    retry: { firstPauseMs: FIRST_PAUSE_MS, longestPauseMs: LONGEST_PAUSE_MS },
  });

  function wake(node: Hex): void {
    if (!stopping.signal.aborted && node !== self) logs.add(node);
  }

  async function lookAt(node: Hex): Promise<Again> {
    const log = watched.followed(node);
    if (!log) return undefined;
    const anchors = numberAnchors(await chain.nodes.anchors(node));
    const since = silences.get(node)?.sinceMs;
    const patience = { isOver: since !== undefined && clock.nowMs() - since > SILENCE_MS };
    const followed = await followLog(log, anchors, questions, patience);
    if (stopping.signal.aborted) return undefined;
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
    if (stopping.signal.aborted) return undefined;
    for (const { expected, anchor, path } of checked.placed) {
      watched.place(expected.digest, { anchor, path: [...path] });
      for (const kind of ['omission', 'unproven'] as const) {
        faults.withdraw(statementFindingId(kind, node, expected.statement), 'Seen in the log later.');
      }
    }
    for (const finding of checked.findings) found(finding);
    await lookForOmissions(node);
    if (followed.isSilent || checked.isSilent) return comeAgain(node);
    silences.delete(node);
    return undefined;
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

  /** To be looked at again after a pause that grows with each time in vain. */
  function comeAgain(node: Hex): Again {
    const nowMs = clock.nowMs();
    const { sinceMs, times } = silences.get(node) ?? { sinceMs: nowMs, times: 0 };
    silences.set(node, { sinceMs, times: times + 1 });
    return { atMs: nowMs + Math.min(FIRST_PAUSE_MS * 2 ** times, LONGEST_PAUSE_MS) };
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

  function followEveryone(): () => void {
    everyone += 1;
    chain.nodes.list().then(
      nodes => {
        for (const { operator } of nodes) attempt(() => follow(operator));
      },
      error => journal.note('monitor-failed', { reason: asKoinonError(error).message }),
    );
    return () => {
      everyone -= 1;
    };
  }

  function hear(event: ChainEvent): void {
    if (event.type === 'anchored') {
      if (everyone > 0) follow(event.operator);
      if (watched.followed(event.operator)) wake(event.operator);
    } else if (event.type === 'node' && everyone > 0) {
      follow(event.operator);
    } else if (event.type === 'block') {
      const over = event.block.timestampSeconds - CLOCK_SKEW_SECONDS;
      if (nextDue === undefined || BigInt(over) <= nextDue) return;
      for (const node of watched.overdue(over)) if (!logs.has(node)) wake(node);
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
    followEveryone,
    get followerCount() {
      return everyone;
    },
    takeUp: () => {
      for (const node of watched.nodes()) wake(node);
      // Handlers of the chain must not throw; a disk that fails is for `stop` and the next start.
      unwatch = chain.watch(event => attempt(() => hear(event)));
    },
    settled: () => logs.idle(),
    stop: async () => {
      stopping.abort();
      unwatch?.();
      await logs.stop();
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
