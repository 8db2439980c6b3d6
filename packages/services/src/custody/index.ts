export type { HeldDataset } from './datasetBook.ts';
export { describeHeld } from './describeHeld.ts';
export { loadContent } from './loadContent.ts';
export type { CustodyPort } from './port.ts';
export { previewDataset } from './previewDataset.ts';
export { publishDataset } from './publishDataset.ts';
export { type CustodyRoom, custodyKind } from './service.ts';
