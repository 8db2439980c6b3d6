import type { Trace } from '@koinon/integrity';
import {
  type Agenda,
  type AuditRecord,
  answer,
  ask,
  type Dossier,
  type DossierBook,
  Instants,
  type JobLimits,
  type LogAnchoring,
  type NodePorts,
  nowSeconds,
  patiently,
  sealStatement,
  Turns,
} from '@koinon/kernel';
import {
  ANCHOR_EPOCH_SECONDS,
  type AuditAnswer,
  asKoinonError,
  auditVerdicts,
  decodeManifest,
  type Hex,
  KoinonError,
  toHex,
  type WireRequest,
  ZERO_32,
} from '@koinon/protocol';
import type { AuditBook } from './auditBook.ts';
import type { LeadBook } from './leadBook.ts';
import type { AuditFinding } from './port.ts';
import { type Replay, replayReceipt } from './replayReceipt.ts';
import { refused, requireEntitled } from './requireEntitled.ts';
import { watchAnchors } from './watchAnchors.ts';
import { workLeads } from './workLeads.ts';

/** How long a question waits for a running replay before it answers "pending", milliseconds. */
const ANSWER_WAIT_MS = 10_000;
/** Questions about audits that are looked into at a time; one at a time for each asker. */
const CHECKS_MAX = 32;
/** How long a provider may take to hand over what an audit needs, milliseconds. */
const MATERIAL_TIMEOUT_MS = 10_000;
/** Audits that wait for a slot; beyond, askers hear "busy" and leads stay where they are. */
const PENDING_MAX = 1024;
/** What says that a provider, or a requester, did not hand out what a replay needs. */
const UNSERVED = new Set([
  'K_BLOB_NOT_FOUND',
  'K_BLOB_MISSING',
  'K_BLOB_CORRUPT',
  'K_PEER_UNREACHABLE',
  'K_PEER_TIMEOUT',
  'K_PEER_UNKNOWN',
  'K_PEER_ANSWER',
  'K_RATE_LIMITED',
]);

export interface CheckedAudit {
  dossier: Dossier;
  /** Id of the draw, or 32 zero bytes where the owner named the auditor. */
  draw: Hex;
}

export interface AuditService {
  /** Goes on with the audits an earlier life left, and looks for new ones. */
  takeUp(): void;
  stop(): Promise<void>;
}

/** Replays receipts that the lot or the data owner gave this node, asked or not, and logs what came out. */
export function serveAudits(
  ports: NodePorts,
  services: {
    agenda: Pick<Agenda, 'matters'>;
    audits: AuditBook;
    dossiers: DossierBook;
    leads: LeadBook;
    anchoring: LogAnchoring;
    record: AuditRecord;
    /** Told of every audit the lot gives this node, before it is worked on. */
    drawn(receipt: Hex, dossier: Dossier): void;
    /** Told of every report that stands in the log, again after a restart. */
    reported(finding: AuditFinding): void;
  },
  limits: JobLimits,
): AuditService {
  const { network, chain, store, clock, journal } = ports;
  const { audits, dossiers, leads, anchoring, record, reported, drawn } = services;
  const stopping = new AbortController();
  const { signal } = stopping;
  const turns = new Turns();
  const instants = new Instants(clock);
  let checks = 0;

  /** Whether this node is to replay the receipt at all. Costs a stranger's question little: no row, no slot, no patience. */
  const check = async (question: WireRequest<'audit.request'>): Promise<CheckedAudit> => {
    const { receipt, provider, material, path } = question;
    if (!(await chain.nodes.get(provider))) throw refused('no such provider is registered');
    const options = { signal, timeoutMs: MATERIAL_TIMEOUT_MS };
    const dossier = material ?? (await ask(network, provider, 'audit.material', { receipt }, options));
    return { dossier, draw: await requireEntitled(ports, receipt, provider, dossier, path, signal) };
  };

  const checkFor = async (asker: Hex, question: WireRequest<'audit.request'>): Promise<CheckedAudit> => {
    if (checks >= CHECKS_MAX) throw busy();
    checks++;
    try {
      return await turns.take(asker, () => check(question));
    } finally {
      checks--;
    }
  };

  /** The replay, or undefined where what it needs was not served. */
  const replay = async (dossier: Dossier): Promise<Replay | undefined> => {
    try {
      return await patiently(clock, () => replayReceipt(ports, dossier, limits, signal), signal);
    } catch (error) {
      const isUnserved = error instanceof KoinonError && UNSERVED.has(error.code);
      if (signal.aborted || !isUnserved) throw error;
      return undefined;
    }
  };

  const findingOf = (
    receipt: Hex,
    dossier: Dossier,
    verdict: number,
    differences: string[],
    trace?: Trace | undefined,
  ): AuditFinding => ({
    ...{ receipt, dossier, verdict, differences, trace },
    provider: dossier.receipt.message.provider,
  });

  const audit = async (receipt: Hex): Promise<void> => {
    const task = audits.get(receipt);
    if (task?.state !== 'pending') return;
    let isPrivate = task.draw === ZERO_32;
    const startedAtMs = clock.nowMs();
    try {
      const known = dossiers.get(receipt);
      const { dossier, draw } =
        known && task.draw
          ? { dossier: known, draw: task.draw }
          : await patiently(clock, () => check({ receipt, provider: task.provider }), signal);
      isPrivate = decodeManifest(dossier.manifest).private;
      const result = await replay(dossier);
      // When a report on private work appears tells which instant it was, and no more.
      if (isPrivate) await instants.until(startedAtMs, receipt, signal);
      const verdict = verdictOf(result);
      const differences = result?.differences ?? [];
      await sealStatement(ports, {
        key: `audit:${receipt}`,
        type: 'AuditReport',
        leafSalt: isPrivate ? toHex(ports.random()) : ZERO_32,
        message: logIndex => ({
          receipt,
          auditor: ports.signer.address,
          execution: result?.execution ?? ZERO_32,
          verdict,
          draw,
          logIndex,
          anchorBy: nowSeconds(clock) + BigInt(2 * ANCHOR_EPOCH_SECONDS),
        }),
      });
      audits.finish(receipt, {
        state: 'reported',
        reason: differences.length > 0 ? `differs: ${differences.join(', ')}` : undefined,
        verdict,
        endedAtMs: clock.nowMs(),
      });
      record.reported(receipt, ports.signer.address, verdict, clock.nowMs());
      journal.note('audit-reported', {
        receipt,
        verdict,
        agrees: verdict === auditVerdicts.agrees,
        differences,
      });
      await ports.checkpoint('audit-reported');
      anchoring.request();
      reported(findingOf(receipt, dossier, verdict, differences, result?.trace));
    } catch (error) {
      if (signal.aborted) return;
      const known = asKoinonError(error);
      if (isPrivate) {
        const isInTime = await instants.until(startedAtMs, receipt, signal).then(
          () => true,
          () => false,
        );
        if (!isInTime) return;
      }
      audits.finish(receipt, {
        state: 'refused',
        // What a replay of private work stumbled over may tell of the rows.
        reason: isPrivate ? 'The replay came to no end.' : known.message.slice(0, 1000),
        endedAtMs: clock.nowMs(),
      });
      journal.note('audit-refused', { receipt, code: known.code, reason: known.message });
    }
  };

  const replays = services.agenda.matters<Hex>('audit.replays', {
    slots: limits.slots,
    work: async receipt => void (await audit(receipt)),
    // Only when even the refusal could not be written down.
    failed: (receipt, error) => journal.note('audit-broken', { receipt, reason: String(error) }),
  });
  const hasRoom = () => replays.busy < PENDING_MAX;

  const begin = (receipt: Hex, { dossier, draw }: CheckedAudit): void => {
    dossiers.keep(receipt, dossier);
    const { provider } = dossier.receipt.message;
    const drawnAtMs = clock.nowMs();
    audits.begin({ receipt, provider, draw, begunAtMs: drawnAtMs });
    const { program } = decodeManifest(dossier.manifest);
    const by = draw === ZERO_32 ? 'owner' : 'lot';
    if (by === 'lot') {
      record.tossed(receipt, true);
      drawn(receipt, dossier);
    }
    record.drawn({ receipt, auditor: ports.signer.address, provider, program, by, drawnAtMs });
    replays.add(receipt);
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

  /** A replay of private work that came to no end is not begun again: each time it ended would tell once more. */
  const isClosed = (receipt: Hex): boolean => {
    const task = audits.get(receipt);
    return task?.state === 'refused' && task.draw === ZERO_32;
  };

  const unserve = answer(network, 'audit.request', async (question, from) => {
    const { receipt } = question;
    if (store.log.byKey(`audit:${receipt}`) || isClosed(receipt)) return answerOf(receipt);
    if (!replays.has(receipt)) {
      if (!hasRoom()) throw busy();
      const checked = await checkFor(from, question);
      if (!hasRoom()) throw busy();
      if (!replays.has(receipt)) begin(receipt, checked);
    }
    await Promise.race([replays.running(receipt), clock.wait(ANSWER_WAIT_MS, signal)]);
    return answerOf(receipt);
  });

  const leadWork = workLeads(ports, services.agenda, leads, {
    hasRoom,
    isKnown: receipt => audits.get(receipt) !== undefined,
    entitled: (receipt, provider, dossier) =>
      requireEntitled(ports, receipt, provider, dossier, undefined, signal),
    begin,
  });
  const watch = watchAnchors(ports, services.agenda, leads, leadWork.look);

  return {
    takeUp: () => {
      for (const { receipt } of audits.list('pending')) replays.add(receipt);
      for (const { receipt, verdict, reason } of audits.list('reported')) {
        if (verdict !== auditVerdicts.differs) continue;
        const dossier = dossiers.get(receipt);
        if (dossier) reported(findingOf(receipt, dossier, verdict, [reason ?? '']));
      }
      leadWork.takeUp();
      watch.takeUp();
    },
    stop: async () => {
      unserve();
      stopping.abort();
      await Promise.all([watch.stop(), leadWork.stop(), replays.stop()]);
    },
  };
}

function verdictOf(replay: Replay | undefined): number {
  if (!replay) return auditVerdicts.unavailable;
  return replay.agrees ? auditVerdicts.agrees : auditVerdicts.differs;
}

function busy(): KoinonError {
  return new KoinonError({
    code: 'K_BUSY',
    message: 'This auditor is replaying as much as it can.',
    fault: 'peer',
    next: 'Ask again in a moment.',
  });
}
