export { routesOf } from '@koinon/api';
export type { Clock } from '@koinon/protocol';
export { KoinonError } from '@koinon/protocol/errors';
export type {
  Dataset,
  Dispute,
  DryRun,
  GrantRequest,
  Job,
  Model,
  ModelEntry,
  NetworkNode,
  Preview,
  Published,
  Quote,
  Status,
} from './answers.ts';
export { type CallOptions, type Client, type ClientOptions, createClient } from './client/createClient.ts';
export type { AnswerOf, CalledRoute, EventOf, QuestionOf, WatchedRoute } from './client/question.ts';
export type { Wire } from './client/wire.ts';
export { connect, type Koinon } from './connect.ts';
export { type ApproveParameters, approve, requireOwnTerms } from './data/approve.ts';
export { deny } from './data/deny.ts';
export { type PublishParameters, publish } from './data/publish.ts';
export { type DatasetRecord, readRecord } from './data/readRecord.ts';
export { requests } from './data/requests.ts';
export type { FollowOptions } from './events/followEvents.ts';
export {
  type Cell,
  type InferAnswer,
  inferRequestOf,
  type ModelInput,
  type Prediction,
  predictionsOf,
  type Row,
} from './models/inferRequest.ts';
export { type Metrics, readMetrics } from './models/metricsFile.ts';
export { models } from './models/models.ts';
export { predict } from './models/predict.ts';
export { type FoundJob, findReceipt } from './sources/findReceipt.ts';
export { type NodeSources, nodeSources } from './sources/nodeSources.ts';
export { type Verified, type VerifyParameters, verify } from './sources/verify.ts';
export { follow } from './studies/follow.ts';
export { type QuoteParameters, quote } from './studies/quote.ts';
export { result, type StudyResult } from './studies/result.ts';
export { type RunParameters, run } from './studies/run.ts';
export { type TrainParameters, train } from './studies/train.ts';
export { type StudyEvent, type WatchOptions, watchStudy } from './studies/watchStudy.ts';
