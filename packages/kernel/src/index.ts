export { BlobReaders } from './blobs/blobReaders.ts';
export { obtainBlob } from './blobs/obtainBlob.ts';
export { keepSecret, openSecret } from './blobs/secretBlob.ts';
export { type ChannelAccount, ChannelBook } from './channels/channelBook.ts';
export type { Claiming } from './channels/claimVouchers.ts';
export { fundChannel } from './channels/fundChannel.ts';
export type { Payer } from './channels/payer.ts';
export { type Again, Agenda, type Due } from './durable/agenda.ts';
export { patiently } from './durable/patience.ts';
export { sqlDatabaseOver } from './durable/sqlDatabase.ts';
export { Turns } from './durable/turns.ts';
export { toColumn } from './durable/wireJson.ts';
export type { Workflows } from './durable/workflow.ts';
export type { Dossier, DossierBook } from './evidence/dossierBook.ts';
export type { Evidence } from './evidence/evidence.ts';
export { obtainDossier } from './evidence/obtainDossier.ts';
export type { OwnReceipt } from './evidence/ownReceipts.ts';
export { placeOf } from './evidence/placeOf.ts';
export { proveInclusion } from './evidence/proveInclusion.ts';
export { splitRoots } from './evidence/splitRoots.ts';
export { admission } from './http/admission.ts';
export { handle, type Question, type RouteHandler, serveRoutes } from './http/api.ts';
export { ANSWER_SECONDS, countRequests } from './http/countRequests.ts';
export { busy, errorResponse, notFound } from './http/errors.ts';
export { kernelRoutes } from './http/kernelRoutes.ts';
export { loopbackGuard } from './http/loopbackGuard.ts';
export { openApiRoute } from './http/openApiRoute.ts';
export { readBytes } from './http/readBody.ts';
export type { HttpOptions, HttpServer } from './http/serveHttp.ts';
export { type Kernel, type KernelOptions, startKernel } from './kernel.ts';
export { beaconFor, drawForReceipt, type Field, fieldOf, tossFor } from './lots/drawForReceipt.ts';
export { kernelMetrics } from './metrics/kernelMetrics.ts';
export { Meter } from './metrics/meter.ts';
export { type Metric, readings } from './metrics/metric.ts';
export { metricsRoute } from './metrics/metricsRoute.ts';
export type { Finding } from './monitor/fault.ts';
export type { LogMonitor } from './monitor/logMonitor.ts';
export { numberAnchors } from './monitor/numberAnchors.ts';
export { answer, ask } from './peers/ask.ts';
export { RegisteredNodes } from './peers/registeredNodes.ts';
export { type Clock, nowSeconds, systemClock } from './ports/clock.ts';
export { type Gate, gateInPlace } from './ports/gate.ts';
export {
  type Checkpoint,
  type CheckpointStep,
  checkpointSteps,
  courtSteps,
  type JobStep,
  type Journal,
  jobSteps,
  type NodePorts,
} from './ports/ports.ts';
export { type AuditRecord, type KnownAudit, trustOf } from './record/auditRecord.ts';
export { exposureOf, rateFor } from './record/rateFor.ts';
export { type DatasetSource, gatherInputs, INPUT_MAX_BYTES, type PrivateRows } from './run/gatherInputs.ts';
export { Instants, UNTOLD } from './run/instants.ts';
export type { JobLimits } from './run/limits.ts';
export { type GateTerms, releaseOutputs } from './run/releaseOutputs.ts';
export { requireConfined } from './run/requireConfined.ts';
export { traceOf } from './run/traceOf.ts';
export { type Service, type ServiceKind, serviceKind } from './service.ts';
export type { LogAnchoring } from './statements/anchorLog.ts';
export type { HeadBook } from './statements/headBook.ts';
export { sealStatement } from './statements/sealStatement.ts';
