import { type Hex, ZERO_32, ZERO_ADDRESS } from '@koinon/protocol';
import { peerIdBytes, peerIdText } from '../evm/peerId.ts';
import type { LogAnchor, Nodes } from '../interfaces.ts';
import { lower } from '../lower.ts';
import { refusal } from '../transactions/revert.ts';
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
  /** Unix seconds, 0 for never. */
  withdrawableAt: number;
  /** Active stake from a block on, ascending. */
  history: { block: number; active: bigint }[];
  anchors: (LogAnchor & { changed: boolean })[];
}

/** Anchors that stay readable, and the room one challenge window has. */
const ANCHOR_RING = 2048;
const ANNOUNCEMENT_MAX = 1024;

export interface NodeBook {
  freeStake(operator: Hex): bigint;
  of(account: Hex): Nodes;
}

export function memoryNodes(
  ledger: Ledger,
  tokens: TokenBook,
  { address, koin, challengeWindowSeconds }: { address: Hex; koin: Hex; challengeWindowSeconds: number },
): NodeBook {
  const entries = new Map<Hex, Entry>();

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
    entry.active = active;
    const last = entry.history.at(-1);
    if (last?.block === block) last.active = active;
    else entry.history.push({ block, active });
  }

  function stakeAt(operator: Hex, block: number): bigint {
    const current = ledger.head().number;
    if (block >= current) throw refusal('BlockNotOver', { blockNumber: block, current }, 'to answer stakeAt');
    const history = entries.get(lower(operator))?.history ?? [];
    return history.findLast(point => point.block <= block)?.active ?? 0n;
  }

  const record = (operator: Hex, entry: Entry) => ({
    operator,
    owner: entry.owner,
    peerId: entry.peerId,
    roles: entry.roles,
    metadata: entry.metadata,
    multiaddrs: [...entry.multiaddrs],
    stake: entry.active,
    registeredAt: entry.registeredAt,
  });

  return {
    freeStake: operator => entries.get(lower(operator))?.active ?? 0n,
    of: account => {
      const nodes: Nodes = {
        list: async () => [...entries].map(([operator, entry]) => record(operator, entry)),
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
              withdrawableAt: 0,
              history: [],
              anchors: [],
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
            tokens.move(koin, address, to, entry.unstaking, doing);
            entry.unstaking = 0n;
            entry.withdrawableAt = 0;
          }),
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
            const { anchors } = entryOf(account, doing);
            const last = anchors.findLast(anchor => anchor.changed);
            if (last !== undefined && size <= last.size) {
              if (size < last.size) {
                throw refusal('LogShrank', { operator: account, size, anchoredSize: last.size }, doing);
              }
              if (lower(root) !== last.root) {
                const facts = { operator: account, size, root: lower(root), anchoredRoot: last.root };
                throw refusal('LogForked', facts, doing);
              }
            } else {
              const changed = anchors.filter(anchor => anchor.changed);
              const oldest = changed.length < ANCHOR_RING ? undefined : changed.at(-ANCHOR_RING);
              const freeAt =
                oldest === undefined
                  ? 0
                  : ledger.block(oldest.block)!.timestampSeconds + challengeWindowSeconds;
              if (place.timestamp < freeAt)
                throw refusal('AnchoredTooOften', { operator: account, freeAt }, doing);
            }
            const { transaction, block, blockHash } = place;
            const anchor = { size, root: lower(root), transaction, block, blockHash };
            anchors.push({ ...anchor, changed: last === undefined || size > last.size });
            tell({ type: 'anchored', operator: account, anchor });
          }),
        async head(operator) {
          const last = entries.get(lower(operator))?.anchors.findLast(anchor => anchor.changed);
          return { size: last?.size ?? 0n, root: last?.root ?? ZERO_32, block: last?.block ?? 0 };
        },
        async anchorTransaction(operator, minSize) {
          return (await nodes.anchors(operator)).find(anchor => anchor.size >= minSize);
        },
        async anchors(operator) {
          const anchors = entries.get(lower(operator))?.anchors ?? [];
          return anchors.map(({ changed: _, ...anchor }) => anchor);
        },
      };
      return nodes;
    },
  };
}
