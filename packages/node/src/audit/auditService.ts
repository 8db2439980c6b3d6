import {
  ANCHOR_EPOCH_SECONDS,
  type AuditAnswer,
  asKoinonError,
  auditVerdicts,
  decodeManifest,
  type Hex,
  KoinonError,
  logLeafHash,
  sha256,
  statementDigest,
  toHex,
  verifyStatement,
  type WireResponse,
  ZERO_32,
} from '@koinon/protocol';
import { patiently } from '../durable/patience.ts';
import { answer, ask } from '../peers/ask.ts';
import { nowSeconds } from '../ports/clock.ts';
import type { NodePorts } from '../ports/ports.ts';
import type { LogAnchoring } from '../statements/anchorLog.ts';
import { sealStatement } from '../statements/sealStatement.ts';
import type { AuditBook } from './auditBook.ts';
import { drawForReceipt } from './drawForReceipt.ts';
import { proveInclusion } from './proveInclusion.ts';
import { replayReceipt } from './replayReceipt.ts';

/** How long a question waits for a running replay before it answers "pending", milliseconds. */
const ANSWER_WAIT_MS = 10_000;

type Material = WireResponse<'audit.material'>;

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
  const { network, store, clock, journal } = ports;
  const { audits, anchoring } = services;
  const stopping = new AbortController();
  const running = new Map<Hex, Promise<void>>();

  const audit = async (receipt: Hex, provider: Hex): Promise<void> => {
    try {
      const { signal } = stopping;
      const { material, draw, replay } = await patiently(
        clock,
        async () => {
          const material = await ask(network, provider, 'audit.material', { receipt }, { signal });
          const draw = await requireEntitled(ports, receipt, provider, material, signal);
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

  const start = (receipt: Hex, provider: Hex): Promise<void> => {
    const current = running.get(receipt);
    if (current) return current;
    const task = audit(receipt, provider)
      // Reached only when even the refusal could not be written down; the audit goes on at the next start.
      .catch(error => journal.note('audit-broken', { receipt, reason: String(error) }))
      .finally(() => running.delete(receipt));
    running.set(receipt, task);
    return task;
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

  answer(network, 'audit.request', async ({ provider, receipt }) => {
    if (!store.log.byKey(`audit:${receipt}`)) {
      if (!running.has(receipt) && running.size >= limits.slots) {
        throw new KoinonError({
          code: 'K_BUSY',
          message: 'This auditor is replaying as much as it can.',
          fault: 'peer',
          next: 'Ask again in a moment.',
        });
      }
      audits.begin(receipt, provider);
      await Promise.race([start(receipt, provider), clock.wait(ANSWER_WAIT_MS, stopping.signal)]);
    }
    return answerOf(receipt);
  });

  return {
    takeUp: () => {
      for (const { state, receipt, provider } of audits.list())
        if (state === 'pending') void start(receipt, provider);
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(running.values());
    },
  };
}

/** Checks the statements handed over, and that the lot or the owner gave the audit to this node; returns the draw's id. */
async function requireEntitled(
  ports: NodePorts,
  receiptDigest: Hex,
  provider: Hex,
  material: Material,
  signal: AbortSignal,
): Promise<Hex> {
  const { deployment, signer } = ports;
  const { receipt, order, grant } = material;
  const digest = await verifyStatement('Receipt', receipt, deployment, provider);
  const orderDigest = await verifyStatement('Order', order, deployment, order.message.requester);
  const manifestDigest = toHex(sha256(material.manifest));
  if (digest !== receiptDigest || receipt.message.provider !== provider)
    throw refused('that is another receipt');
  if (orderDigest !== receipt.message.order) throw refused('the receipt answers another order');
  if (manifestDigest !== receipt.message.manifest || manifestDigest !== order.message.manifest) {
    throw refused('the manifest is not the one the receipt names');
  }
  const leaf = logLeafHash('Receipt', digest, material.leafSalt);
  const index = Number(receipt.message.logIndex);
  const inclusion = await proveInclusion(
    ports,
    { node: provider, leaf, leafSalt: material.leafSalt, index },
    signal,
  );
  if (decodeManifest(material.manifest).private) {
    if (!grant || statementDigest('Grant', grant.message, deployment) !== order.message.grant) {
      throw refused('no grant covers it');
    }
    if (grant.message.auditor !== signer.address) throw refused('the grant names another auditor');
    return ZERO_32;
  }
  const draw = await drawForReceipt(
    ports,
    { leaf, inclusion, provider, requester: order.message.requester },
    signal,
  );
  if (draw.auditor !== signer.address) throw refused(`the lot fell on ${draw.auditor}`);
  return draw.id;
}

function refused(reason: string): KoinonError {
  return new KoinonError({ code: 'K_AUDIT_REFUSED', message: `No audit: ${reason}.`, fault: 'peer' });
}
