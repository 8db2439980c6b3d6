import {
  ANCHOR_EPOCH_SECONDS,
  type AuditAnswer,
  asKoinonError,
  auditVerdicts,
  decodeManifest,
  type Hex,
  KoinonError,
  toHex,
  type WireResponse,
  ZERO_32,
} from '@koinon/protocol';
import { patiently } from '../durable/patience.ts';
import { Turns } from '../durable/turns.ts';
import { answer, ask } from '../peers/ask.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { LogAnchoring } from '../statements/anchorLog.ts';
import { sealStatement } from '../statements/sealStatement.ts';
import type { AuditBook } from './auditBook.ts';
import { replayReceipt } from './replayReceipt.ts';
import { refused, requireEntitled } from './requireEntitled.ts';

/** How long a question waits for a running replay before it answers "pending", milliseconds. */
const ANSWER_WAIT_MS = 10_000;

/** Questions about audits that are looked into at a time; one at a time for each asker. */
const CHECKS_MAX = 32;
/** How long a provider may take to hand over what an audit needs, milliseconds. */
const MATERIAL_TIMEOUT_MS = 10_000;

interface CheckedAudit {
  material: WireResponse<'audit.material'>;
  /** Id of the draw, or 32 zero bytes where the owner named the auditor. */
  draw: Hex;
}

export interface AuditService {
  /** Goes on with the audits an earlier life left. */
  takeUp(): void;
  stop(): Promise<void>;
}

/** Replays receipts that the lot or the data owner gave this node, and logs what came out. */
export function serveAudits(
  ports: NodePorts,
  services: { audits: AuditBook; anchoring: LogAnchoring },
  limits: { maxRunMs: number; maxMemoryBytes: number; slots: number },
): AuditService {
  const { network, chain, store, clock, journal } = ports;
  const { audits, anchoring } = services;
  const stopping = new AbortController();
  const running = new Map<Hex, Promise<void>>();

  const turns = new Turns();
  let checks = 0;

  /** Whether this node is to replay the receipt at all. Costs a stranger's question little: no row, no slot, no patience. */
  const check = async (receipt: Hex, provider: Hex): Promise<CheckedAudit> => {
    const { signal } = stopping;
    if (!(await chain.nodes.get(provider))) throw refused('no such provider is registered');
    const options = { signal, timeoutMs: MATERIAL_TIMEOUT_MS };
    const material = await ask(network, provider, 'audit.material', { receipt }, options);
    return { material, draw: await requireEntitled(ports, receipt, provider, material, signal) };
  };

  const checkFor = async (asker: Hex, receipt: Hex, provider: Hex): Promise<CheckedAudit> => {
    if (checks >= CHECKS_MAX) throw busy();
    checks++;
    try {
      return await turns.take(asker, () => check(receipt, provider));
    } finally {
      checks--;
    }
  };

  const audit = async (receipt: Hex, provider: Hex, checked: CheckedAudit | undefined): Promise<void> => {
    try {
      const { signal } = stopping;
      const { material, draw, replay } = await patiently(
        clock,
        async () => {
          const { material, draw } = checked ?? (await check(receipt, provider));
          return { material, draw, replay: await replayReceipt(ports, material, limits, signal) };
        },
        signal,
      );
      const isPrivate = decodeManifest(material.manifest).private;
      await sealStatement(ports, {
        key: `audit:${receipt}`,
        type: 'AuditReport',
        leafSalt: isPrivate ? toHex(ports.random()) : ZERO_32,
        message: logIndex => ({
          receipt,
          auditor: ports.signer.address,
          execution: replay.execution,
          verdict: replay.agrees ? auditVerdicts.agrees : auditVerdicts.differs,
          draw,
          logIndex,
          anchorBy: nowSeconds(clock) + BigInt(2 * ANCHOR_EPOCH_SECONDS),
        }),
      });
      audits.finish(
        receipt,
        'reported',
        replay.agrees ? undefined : `differs: ${replay.differences.join(', ')}`,
      );
      journal.note('audit-reported', { receipt, agrees: replay.agrees, differences: replay.differences });
      await ports.checkpoint('audit-reported');
      anchoring.request();
    } catch (error) {
      if (stopping.signal.aborted) return;
      const known = asKoinonError(error);
      audits.finish(receipt, 'refused', known.message.slice(0, 1000));
      journal.note('audit-refused', { receipt, code: known.code, reason: known.message });
    }
  };

  const start = (receipt: Hex, provider: Hex, checked?: CheckedAudit): void => {
    if (running.has(receipt)) return;
    const task = audit(receipt, provider, checked)
      // Reached only when even the refusal could not be written down; the audit goes on at the next start.
      .catch(error => journal.note('audit-broken', { receipt, reason: String(error) }))
      .finally(() => running.delete(receipt));
    running.set(receipt, task);
  };

  const answerOf = (receipt: Hex): AuditAnswer => {
    const entry = store.log.byKey(`audit:${receipt}`);
    if (entry?.type === 'AuditReport') {
      return {
        status: 'reported',
        report: { message: entry.message, signature: entry.signature },
        leafSalt: entry.salt,
      };
    }
    const task = audits.get(receipt);
    if (task?.state === 'refused') return { status: 'refused', reason: task.reason ?? '' };
    return { status: 'pending' };
  };

  answer(network, 'audit.request', async ({ provider, receipt }, from) => {
    if (store.log.byKey(`audit:${receipt}`)) return answerOf(receipt);
    const hasRoom = () => running.has(receipt) || running.size < limits.slots;
    if (!hasRoom()) throw busy();
    if (!running.has(receipt)) {
      const checked = await checkFor(from, receipt, provider);
      if (!hasRoom()) throw busy();
      if (!running.has(receipt)) audits.begin(receipt, provider);
      start(receipt, provider, checked);
    }
    await Promise.race([running.get(receipt), clock.wait(ANSWER_WAIT_MS, stopping.signal)]);
    return answerOf(receipt);
  });

  return {
    takeUp: () => {
      for (const { state, receipt, provider } of audits.list())
        if (state === 'pending') start(receipt, provider);
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };
}

function busy(): KoinonError {
  return new KoinonError({
    code: 'K_BUSY',
    message: 'This auditor is replaying as much as it can.',
    fault: 'peer',
    next: 'Ask again in a moment.',
  });
}
