export type { AuditFinding, AuditPort } from './port.ts';
export { type AuditRoom, auditKind } from './service.ts';
