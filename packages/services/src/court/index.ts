export type { CourtPort } from './port.ts';
export { type CourtRoom, courtKind } from './service.ts';
