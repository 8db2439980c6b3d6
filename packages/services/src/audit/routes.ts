import { auditRoutes as routes } from '@koinon/api';
import { handle, type RouteHandler } from '@koinon/kernel';
import type { AuditBook } from './auditBook.ts';

/** What this node replays. */
export function auditRoutes(audits: Pick<AuditBook, 'list'>): RouteHandler[] {
  return [
    handle(routes.audits, () => ({
      audits: audits
        .list()
        .map(({ receipt, provider, state, reason }) => ({ receipt, provider, state, reason })),
    })),
  ];
}
