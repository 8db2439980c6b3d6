export { allRoutes, routesOf } from './allRoutes.ts';
export { auditRoutes, auditStates } from './audit/auditRoutes.ts';
export { courtRoutes } from './court/courtRoutes.ts';
export { custodyRoutes } from './custody/custodyRoutes.ts';
export { type GrantState, type GrantStatus, grantStatuses } from './custody/grantStates.ts';
export type { PublishQuery } from './custody/publishQuery.ts';
export { BYTES_TYPE, evidenceRoutes, NODE_TYPE } from './evidence/evidenceRoutes.ts';
export { type NamedNode, namedNodeSchema, namesRoutes, nodeNameSchema } from './names/namesRoutes.ts';
export { nodeRoutes } from './node/nodeRoutes.ts';
export { isInferencePath } from './openapi/errorsOf.ts';
export type { JsonSchema } from './openapi/jsonSchemaOf.ts';
export { openApiDocument, openApiPath } from './openapi/openApiDocument.ts';
export {
  type AnswerKind,
  type BodyKind,
  JSON_MAX_BYTES,
  json,
  type Route,
  type RouteGroup,
  routes,
  type Tag,
} from './route.ts';
export type { RequestTensor } from './serving/inference.ts';
export { servingRoutes } from './serving/servingRoutes.ts';
export {
  type JobName,
  type JobPhase,
  type KnownStep,
  readStep,
  replicaJob,
  resultOf,
  type Step,
  type StepKind,
  type StepResult,
  type StepStatus,
  stepName,
  stepResults,
  stepStatuses,
} from './studies/steps.ts';
export { studiesRoutes } from './studies/studiesRoutes.ts';
export {
  PUBLIC_FUEL,
  type RunRequest,
  type Study,
  type StudyRequest,
  studyRequestSchema,
  studyStates,
  type TrainRequest,
} from './studies/study.ts';
export { errorAnswer, failureSchema, inferenceErrorAnswer } from './wire.ts';
export { workRoutes } from './work/workRoutes.ts';
