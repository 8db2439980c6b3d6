export { studiesKind } from './service.ts';
export type { Study } from './studyBook.ts';
