import { type Hex, ZERO_32, ZERO_ADDRESS } from '@koinon/protocol';
import { peerIdBytes, peerIdText } from '../evm/calls/peerId.ts';
import { refusal } from '../evm/transactions/revert.ts';
import { lower } from '../lower.ts';
import type { ChainEvent } from '../port/chain.ts';
import type { LogAnchor, Nodes } from '../port/nodes.ts';
import type { Ledger } from './ledger.ts';
import type { TokenBook } from './tokens.ts';

interface Entry {
  owner: Hex;
  peerId: string;
  roles: number;
  metadata: Hex;
  multiaddrs: string[];
  registeredAt: number;
  active: bigint;
  unstaking: bigint;
  /** Held by open disputes, active stake first. */
  locked: bigint;
  /** Unix seconds, 0 for never. */
  withdrawableAt: number;
  /** Active stake from a block on, ascending. */
  history: Point[];
  anchors: LogAnchor[];
  /** Those of the anchors that made the log longer: what the contract numbers. */
  changes: StoodAt[];
}

interface Point {
  block: number;
  active: bigint;
}

/** A log as it stood; `anchoredAt` in unix seconds. */
export interface StoodAt {
  size: bigint;
  root: Hex;
  block: number;
  anchoredAt: number;
  /** Leaves at the anchor before. */
  sizeBefore: bigint;
}

/** Anchors that stay readable, and the room one challenge window has. */
const ANCHOR_RING = 2048;
const ANNOUNCEMENT_MAX = 1024;
const freeStakeOf = ({ active, locked }: { active: bigint; locked: bigint }) =>
  active > locked ? active - locked : 0n;
const nobody = { active: 0n, unstaking: 0n, locked: 0n };

/** The registry as other contracts of the twin see it. Operators in lower case; refusals as the contract's. */
export interface NodeBook {
  freeStake(operator: Hex): bigint;
  /** Undefined for who is no node. */
  owner(operator: Hex): Hex | undefined;
  roles(operator: Hex): number;
  /** Active and unstaking stake, and how much of both is held. */
  stakeOf(operator: Hex): { active: bigint; unstaking: bigint; locked: bigint };
  /** Active stake as the (past) block ended. */
  stakeAt(operator: Hex, block: number): bigint;
  totalStakeAt(block: number): bigint;
  lock(operator: Hex, amount: bigint, doing: string): void;
  unlock(operator: Hex, amount: bigint): void;
  /** Takes `amount` of what is locked, active stake first. */
  slash(operator: Hex, amount: bigint, to: Hex, place: { block: number }, tell: Tell): void;
  /** How long the log is by its newest anchor; 0 without one. */
  logSize(operator: Hex): bigint;
  anchorCount(operator: Hex): number;
  anchorAt(operator: Hex, index: bigint, doing: string): StoodAt;
  of(account: Hex): Nodes;
}

type Tell = (event: ChainEvent) => void;

function lookUp(history: readonly Point[], block: number): bigint {
  let [from, until] = [0, history.length];
  while (from < until) {
    const middle = (from + until) >> 1;
    if (history[middle]!.block <= block) from = middle + 1;
    else until = middle;
  }
  return from === 0 ? 0n : history[from - 1]!.active;
}

function push(history: Point[], block: number, active: bigint): void {
  const last = history.at(-1);
  if (last?.block === block) last.active = active;
  else history.push({ block, active });
}

export function memoryNodes(
  ledger: Ledger,
  tokens: TokenBook,
  { address, koin, challengeWindowSeconds }: { address: Hex; koin: Hex; challengeWindowSeconds: number },
): NodeBook {
  const entries = new Map<Hex, Entry>();
  const totals: Point[] = [];

  function entryOf(operator: Hex, doing: string): Entry {
    const entry = entries.get(lower(operator));
    if (entry === undefined) throw refusal('NotRegistered', { operator: lower(operator) }, doing);
    return entry;
  }

  function ownedBy(account: Hex, operator: Hex, doing: string): Entry {
    const entry = entryOf(operator, doing);
    if (entry.owner === account) return entry;
    throw refusal('NotAuthorized', { caller: account, expected: entry.owner }, doing);
  }

  function setActive(entry: Entry, active: bigint, block: number): void {
    push(totals, block, (totals.at(-1)?.active ?? 0n) + active - entry.active);
    entry.active = active;
    push(entry.history, block, active);
  }

  function stakeAt(operator: Hex, block: number): bigint {
    const current = ledger.head().number;
    if (block >= current) throw refusal('BlockNotOver', { blockNumber: block, current }, 'to answer stakeAt');
    return lookUp(entries.get(lower(operator))?.history ?? [], block);
  }

  const record = (operator: Hex, entry: Entry) => ({
    operator,
    owner: entry.owner,
    peerId: entry.peerId,
    roles: entry.roles,
    metadata: entry.metadata,
    multiaddrs: [...entry.multiaddrs],
    stake: freeStakeOf(entry),
    registeredAt: entry.registeredAt,
  });

  return {
    freeStake: operator => freeStakeOf(entries.get(lower(operator)) ?? nobody),
    owner: operator => entries.get(operator)?.owner,
    roles: operator => entries.get(operator)?.roles ?? 0,
    stakeOf(operator) {
      const { active, unstaking, locked } = entries.get(operator) ?? nobody;
      return { active, unstaking, locked };
    },
    stakeAt: (operator, block) => lookUp(entries.get(operator)?.history ?? [], block),
    totalStakeAt: block => lookUp(totals, block),
    lock(operator, amount, doing) {
      const entry = entries.get(operator);
      const available = entry === undefined ? 0n : entry.active + entry.unstaking - entry.locked;
      if (amount > available)
        throw refusal('InsufficientStake', { operator, asked: amount, available }, doing);
      if (entry !== undefined) entry.locked += amount;
    },
    unlock(operator, amount) {
      const entry = entries.get(operator);
      if (entry !== undefined) entry.locked -= amount;
    },
    slash(operator, amount, to, { block }, tell) {
      const entry = entries.get(operator);
      if (entry === undefined) return;
      entry.locked -= amount;
      const fromActive = amount < entry.active ? amount : entry.active;
      entry.unstaking -= amount - fromActive;
      setActive(entry, entry.active - fromActive, block);
      tokens.move(koin, address, to, amount, 'slashing');
      tell({ type: 'node', operator, block });
    },
    logSize: operator => entries.get(operator)?.changes.at(-1)?.size ?? 0n,
    anchorCount: operator => entries.get(operator)?.changes.length ?? 0,
    anchorAt(operator, index, doing) {
      const changes = entries.get(operator)?.changes ?? [];
      const found = index + BigInt(ANCHOR_RING) < BigInt(changes.length) ? undefined : changes[Number(index)];
      if (found === undefined) throw refusal('AnchorGone', { operator, index }, doing);
      return found;
    },
    of: account => {
      const nodes: Nodes = {
        list: async () => [...entries].map(([operator, entry]) => record(operator, entry)),
        operators: async () => new Set(entries.keys()),
        async get(operator) {
          const entry = entries.get(lower(operator));
          return entry && record(lower(operator), entry);
        },
        async register({ owner = account, peerId, roles, metadata = ZERO_32, multiaddrs }, options) {
          const doing = 'registering the node';
          peerIdBytes(peerId);
          const mined = await ledger.run(account, options, ({ timestamp, block }, tell) => {
            if (lower(owner) === ZERO_ADDRESS) throw refusal('ZeroAddress', {}, doing);
            const taken = entries.get(account);
            if (taken !== undefined) {
              throw refusal('OperatorTaken', { operator: account, owner: taken.owner }, doing);
            }
            entries.set(account, {
              owner: lower(owner),
              peerId: peerIdText(peerIdBytes(peerId)),
              roles,
              metadata: lower(metadata),
              multiaddrs: [],
              registeredAt: timestamp,
              active: 0n,
              unstaking: 0n,
              locked: 0n,
              withdrawableAt: 0,
              history: [],
              anchors: [],
              changes: [],
            });
            tell({ type: 'node', operator: account, block });
          });
          if (multiaddrs !== undefined) {
            const key = options?.key;
            await nodes.announce(multiaddrs, key === undefined ? {} : { key: `${key}:announce` });
          }
          return mined;
        },
        announce: (multiaddrs, options) =>
          ledger.run(account, options, ({ block }, tell) => {
            const doing = "announcing the node's addresses";
            const entry = entryOf(account, doing);
            const length = Buffer.byteLength(multiaddrs.join(','));
            if (length > ANNOUNCEMENT_MAX)
              throw refusal('BadLength', { length, max: ANNOUNCEMENT_MAX }, doing);
            entry.multiaddrs = multiaddrs
              .join(',')
              .split(',')
              .map(text => text.trim())
              .filter(text => text !== '')
              .slice(0, 16);
            tell({ type: 'node', operator: account, block });
          }),
        setRoles: (roles, options) => nodes.update({ roles }, options),
        update: (changes, options) =>
          ledger.run(account, options, ({ block }, tell) => {
            const entry = entryOf(account, "changing the node's description");
            if (changes.peerId !== undefined) entry.peerId = peerIdText(peerIdBytes(changes.peerId));
            if (changes.roles !== undefined) entry.roles = changes.roles;
            if (changes.metadata !== undefined) entry.metadata = lower(changes.metadata);
            tell({ type: 'node', operator: account, block });
          }),
        stake: (operator, amount, options) =>
          ledger.run(account, options, ({ block }, tell) => {
            const entry = entryOf(operator, 'staking');
            if (amount === 0n) throw refusal('ZeroAmount', {}, 'staking');
            tokens.move(koin, account, address, amount, 'staking');
            setActive(entry, entry.active + amount, block);
            tell({ type: 'node', operator: lower(operator), block });
          }),
        requestUnstake: (operator, amount, options) =>
          ledger.run(account, options, ({ block, timestamp }, tell) => {
            const entry = ownedBy(account, operator, 'unstaking');
            if (amount === 0n) throw refusal('ZeroAmount', {}, 'unstaking');
            if (amount > entry.active) {
              const facts = { operator: lower(operator), asked: amount, available: entry.active };
              throw refusal('InsufficientStake', facts, 'unstaking');
            }
            entry.unstaking += amount;
            entry.withdrawableAt = timestamp + 3 * challengeWindowSeconds;
            setActive(entry, entry.active - amount, block);
            tell({ type: 'node', operator: lower(operator), block });
          }),
        withdrawStake: (operator, to, options) =>
          ledger.run(account, options, ({ timestamp }) => {
            const doing = 'withdrawing the stake';
            const entry = ownedBy(account, operator, doing);
            if (entry.withdrawableAt === 0 || timestamp < entry.withdrawableAt) {
              const facts = { operator: lower(operator), withdrawableAt: entry.withdrawableAt };
              throw refusal('NotWithdrawable', facts, doing);
            }
            // The lien rests on active stake first, so only what exceeds it holds back what is leaving.
            const heldBack = entry.locked > entry.active ? entry.locked - entry.active : 0n;
            const amount = entry.unstaking - heldBack;
            if (amount === 0n) {
              const facts = { operator: lower(operator), asked: entry.unstaking, available: 0n };
              throw refusal('InsufficientStake', facts, doing);
            }
            tokens.move(koin, address, to, amount, doing);
            entry.unstaking = heldBack;
            if (heldBack === 0n) entry.withdrawableAt = 0;
          }),
        async slashable(operator) {
          const { active, unstaking } = entries.get(lower(operator)) ?? nobody;
          return active + unstaking;
        },
        stakeAt: async (operator, block) => stakeAt(operator, block),
        async stakesAt(block) {
          return [...entries.keys()]
            .sort()
            .map(operator => ({ operator, stake: stakeAt(operator, block) }))
            .filter(({ stake }) => stake > 0n);
        },
        anchor: (size, root, options) =>
          ledger.run(account, options, (place, tell) => {
            const doing = 'anchoring the log';
            const { anchors, changes } = entryOf(account, doing);
            const last = changes.at(-1);
            const grew = last === undefined || size > last.size;
            if (!grew) {
              if (size < last.size) {
                throw refusal('LogShrank', { operator: account, size, anchoredSize: last.size }, doing);
              }
              if (lower(root) !== last.root) {
                const facts = { operator: account, size, root: lower(root), anchoredRoot: last.root };
                throw refusal('LogForked', facts, doing);
              }
            } else {
              const oldest = changes.length < ANCHOR_RING ? undefined : changes.at(-ANCHOR_RING);
              const freeAt = oldest === undefined ? 0 : oldest.anchoredAt + challengeWindowSeconds;
              if (place.timestamp < freeAt)
                throw refusal('AnchoredTooOften', { operator: account, freeAt }, doing);
            }
            const { transaction, block, blockHash, timestamp } = place;
            const anchor = { size, root: lower(root), transaction, block, blockHash };
            anchors.push(anchor);
            const sizeBefore = last?.size ?? 0n;
            if (grew) changes.push({ size, root: lower(root), block, anchoredAt: timestamp, sizeBefore });
            tell({ type: 'anchored', operator: account, anchor });
          }),
        async head(operator) {
          const last = entries.get(lower(operator))?.changes.at(-1);
          return { size: last?.size ?? 0n, root: last?.root ?? ZERO_32, block: last?.block ?? 0 };
        },
        async anchorTransaction(operator, minSize) {
          return entries.get(lower(operator))?.anchors.find(anchor => anchor.size >= minSize);
        },
        async anchors(operator) {
          return [...(entries.get(lower(operator))?.anchors ?? [])];
        },
      };
      return nodes;
    },
  };
}
