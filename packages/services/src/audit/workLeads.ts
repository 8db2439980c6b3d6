import { type Agenda, ask, type Dossier, type NodePorts, patiently } from '@koinon/kernel';
import { asKoinonError, type Hex, KoinonError, statementDigest } from '@koinon/protocol';
import type { CheckedAudit } from './auditService.ts';
import type { Lead, LeadBook } from './leadBook.ts';

/** Nodes whose leads are looked into at a time. */
const NODES_AT_ONCE = 4;
const MATERIAL_TIMEOUT_MS = 10_000;
/** Pause before leads are looked into again for which there was no room, milliseconds. */
const ROOM_PAUSE_MS = 5_000;

export interface LeadWork {
  look(operator: Hex): void;
  takeUp(): void;
  stop(): Promise<void>;
}

/** Turns leads into audits: asks the provider what stands there, and checks that the lot gave it to this node. */
export function workLeads(
  ports: Pick<NodePorts, 'network' | 'clock' | 'journal' | 'deployment'>,
  agenda: Pick<Agenda, 'matters'>,
  leads: LeadBook,
  audits: {
    hasRoom(): boolean;
    isKnown(receipt: Hex): boolean;
    /** The draw's id; throws when the audit is not this node's. */
    entitled(receipt: Hex, provider: Hex, dossier: Dossier): Promise<Hex>;
    begin(receipt: Hex, checked: CheckedAudit): void;
  },
): LeadWork {
  const { network, clock, journal, deployment } = ports;
  const stopping = new AbortController();
  const { signal } = stopping;

  const workOne = async ({ operator, index }: Lead): Promise<void> => {
    const options = { signal, timeoutMs: MATERIAL_TIMEOUT_MS };
    const dossier = await ask(network, operator, 'audit.material', { index }, options);
    const receipt = statementDigest('Receipt', dossier.receipt.message, deployment);
    if (audits.isKnown(receipt)) return;
    audits.begin(receipt, { dossier, draw: await audits.entitled(receipt, operator, dossier) });
  };

  const workAll = async (operator: Hex): Promise<void> => {
    for (const lead of leads.leads(operator)) {
      while (!audits.hasRoom() && !signal.aborted) await clock.wait(ROOM_PAUSE_MS, signal);
      if (signal.aborted) return;
      try {
        await patiently(clock, () => workOne(lead), signal);
      } catch (error) {
        if (signal.aborted) return;
        const { code, message } = asKoinonError(error);
        // Most leaves are no receipts, or private ones: what is not for us does not exist.
        const isOrdinary = error instanceof KoinonError && ORDINARY.has(code);
        journal.note(isOrdinary ? 'lead-closed' : 'audit-unserved', {
          operator,
          index: lead.index,
          code,
          reason: message,
        });
      }
      leads.close(lead);
    }
  };

  const nodes = agenda.matters<Hex>('audit.leads', {
    slots: NODES_AT_ONCE,
    work: async operator => void (await workAll(operator)),
    failed: (operator, error) => journal.note('audit-broken', { operator, reason: String(error) }),
  });
  return {
    look: operator => nodes.add(operator),
    takeUp: () => {
      for (const operator of leads.waiting()) nodes.add(operator);
    },
    stop: async () => {
      stopping.abort();
      await nodes.stop();
    },
  };
}

const ORDINARY = new Set(['K_JOB_UNKNOWN', 'K_AUDIT_REFUSED', 'K_NO_AUDITOR']);
