export type { Clock } from '@koinon/protocol';
export { systemClock } from '@koinon/protocol/systemClock';
