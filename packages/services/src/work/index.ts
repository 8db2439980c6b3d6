export type { WorkPort } from './port.ts';
export { workKind } from './service.ts';
