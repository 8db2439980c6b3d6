export type { NamesPort } from './port.ts';
export { namesKind } from './service.ts';
