export type { CatalogueModel } from './catalogue.ts';
export type { ServingPort } from './port.ts';
export { type ServingRoom, servingKind } from './service.ts';
