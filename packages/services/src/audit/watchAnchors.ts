import type { LogAnchor } from '@koinon/chain';
import { type Agenda, ask, beaconFor, fieldOf, type NodePorts } from '@koinon/kernel';
import {
  asKoinonError,
  drawId,
  equalBytes,
  fromHex,
  type Hex,
  LOG_LEAVES_MAX,
  toHex,
} from '@koinon/protocol';
import type { LeadBook } from './leadBook.ts';
import { LogPeaks } from './logPeaks.ts';
import { mayBeDrawn } from './mayBeDrawn.ts';

/** Logs that are followed at a time. */
const FOLLOWED_AT_ONCE = 4;
/**
 * Most entries between two anchors that are looked through, several times what a busy provider signs in an epoch. Whoever
 * anchors more is audited only where its requesters ask.
 */
const LEAVES_AT_ONCE_MAX = 65_536n;
const LEAVES_TIMEOUT_MS = 10_000;
/** A node that does not give its leaves is asked again after its next anchor, and so often before. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 4_000;
const LONGEST_PAUSE_MS = 16_000;

export interface AnchorWatch {
  /** Looks through everything anchored so far, and from now on at every anchor. */
  takeUp(): void;
  stop(): Promise<void>;
}

/**
 * Follows the logs of all registered nodes and finds the leaves that the lot gives this node, without being asked: whoever
 * works cannot hope that nobody comes. Leaves count only when they make up the root that was anchored.
 */
export function watchAnchors(
  ports: Pick<NodePorts, 'chain' | 'network' | 'clock' | 'signer' | 'journal'>,
  agenda: Pick<Agenda, 'matters'>,
  leads: LeadBook,
  found: (operator: Hex) => void,
): AnchorWatch {
  const { chain, network, clock, signer, journal } = ports;
  const stopping = new AbortController();
  const { signal } = stopping;

  /** The leaves of [from, size), a page at a time: how many a node says it has must not decide what is held here. */
  async function* pagesOf(operator: Hex, from: number, size: number): AsyncGenerator<Uint8Array[]> {
    for (let at = from; at < size; ) {
      const question = { from: at, max: Math.min(LOG_LEAVES_MAX, size - at) };
      const answer = await ask(network, operator, 'log.leaves', question, {
        signal,
        timeoutMs: LEAVES_TIMEOUT_MS,
      });
      if (answer.leaves.length === 0) throw new Error(`it gave ${at} of ${size} leaves`);
      const page = answer.leaves.slice(0, size - at).map(fromHex);
      yield page;
      at += page.length;
    }
  }

  const follow = async (operator: Hex, anchor: LogAnchor): Promise<void> => {
    const log = leads.log(operator);
    if (anchor.size <= BigInt(log.size)) return;
    const added = anchor.size - BigInt(log.size);
    if (added > LEAVES_AT_ONCE_MAX) throw new Error(`it grew by ${added} entries at once`);
    const size = Number(anchor.size);
    const field = await fieldOf(ports, anchor.block, [operator]);
    const isCandidate = field.candidates.some(candidate => candidate.operator === signer.address);
    const beacon = isCandidate ? (await beaconFor(ports, anchor.block, signal)).beacon : undefined;
    const peaks = new LogPeaks(log.size, log.peaks.map(fromHex));
    const mine: number[] = [];
    for await (const page of pagesOf(operator, log.size, size)) {
      for (const leaf of page) {
        if (beacon && mayBeDrawn(drawId(beacon, leaf), field, signer.address, field.ownerOf))
          mine.push(peaks.size);
        peaks.add(leaf);
      }
    }
    if (!equalBytes(peaks.root(), fromHex(anchor.root)))
      throw new Error('its leaves do not make up its anchor');
    leads.advance({ operator, size, peaks: peaks.peaks.map(toHex) }, mine, clock.nowMs());
    if (mine.length > 0) found(operator);
  };

  const followAll = async (operator: Hex): Promise<undefined> => {
    const { size } = leads.log(operator);
    const anchors = await chain.nodes.anchors(operator);
    for (const anchor of anchors) if (anchor.size > BigInt(size)) await follow(operator, anchor);
  };

  const logs = agenda.matters<Hex>('audit.logs', {
    slots: FOLLOWED_AT_ONCE,
    work: followAll,
    failed: (operator, error, isLast) => {
      if (isLast) journal.note('log-unfollowed', { operator, reason: asKoinonError(error).message });
    },
    retry: { firstPauseMs: FIRST_PAUSE_MS, longestPauseMs: LONGEST_PAUSE_MS, attempts: ATTEMPTS },
  });
  const look = (operator: Hex): void => {
    if (operator !== signer.address) logs.add(operator);
  };
  let unwatch: () => void = () => undefined;

  return {
    takeUp: () => {
      unwatch = chain.watch(event => {
        if (event.type === 'anchored') look(event.operator);
      });
      chain.nodes.list().then(
        nodes => {
          for (const { operator } of nodes) look(operator);
        },
        error => journal.note('log-unfollowed', { reason: String(error) }),
      );
    },
    stop: async () => {
      unwatch();
      stopping.abort();
      await logs.stop();
    },
  };
}
