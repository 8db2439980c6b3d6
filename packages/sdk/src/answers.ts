import type {
  courtRoutes,
  custodyRoutes,
  nodeRoutes,
  servingRoutes,
  studiesRoutes,
  workRoutes,
} from '@koinon/api';
import type { AnswerOf } from './client/question.ts';

/** What a node says of itself. */
export type Status = AnswerOf<typeof nodeRoutes.status>;
/** A node of the network, as the registry has it. */
export type NetworkNode = AnswerOf<typeof nodeRoutes.nodes>['nodes'][number];
/** A dataset of the network, with what its custodian says of it. */
export type Dataset = AnswerOf<typeof custodyRoutes.dataset>;
/** What publishing a table would tell. */
export type Preview = AnswerOf<typeof custodyRoutes.preview>;
/** A table that was published. */
export type Published = AnswerOf<typeof custodyRoutes.publish>;
/** A request for private rows, as their owner is shown it. */
export type GrantRequest = AnswerOf<typeof custodyRoutes.request>;
/** What a job would let out, tried on the real rows. */
export type DryRun = AnswerOf<typeof custodyRoutes.dryRun>;
/** What a job would cost and could tell. */
export type Quote = AnswerOf<typeof studiesRoutes.quote>;
/** A model that a node serves. */
export type ModelEntry = AnswerOf<typeof servingRoutes.models>['models'][number];
/** A model with its passport and what the chain has of it. */
export type Model = AnswerOf<typeof servingRoutes.model>;
/** A job that a node did for others. */
export type Job = AnswerOf<typeof workRoutes.jobs>['jobs'][number];
/** A dispute with its timeline. */
export type Dispute = AnswerOf<typeof courtRoutes.dispute>;
