export { tamperOutput } from '../process/tamperOutput.ts';
export { alterAnswers } from './alterAnswers.ts';
export { cohortPolicy, cohortTable } from './cohort.ts';
export {
  convicted,
  corrupt,
  decided,
  FULL_STAKE,
  jurors,
  purseOf,
  restart,
  stakeOf,
  withCourt,
  workedJob,
} from './courtNetwork.ts';
export {
  drawnManifest,
  grantFor,
  handmadeOrder,
  openChannel,
  ordered,
  publicManifest,
  type Submission,
} from './handmadeOrder.ts';
export { handmadeRequest, privateDraft } from './handmadeRequest.ts';
export { hostileModel } from './hostileModel.ts';
export { reportsOf } from './observe.ts';
export { onTheMachine } from './onTheMachine.ts';
export { openInferenceEndpoints, openInferenceSchemas, tensorData } from './openInference.ts';
export { AUDIT_AMOUNT, payees, payOf, promisedJob, withPay } from './paidNetwork.ts';
export { changed, figuresDraft, privateOrder } from './privateOrder.ts';
export { quickExecutor } from './quickExecutor.ts';
export { lines, rawHttp } from './rawHttp.ts';
export { privateStudy, publicStudy } from './sampleStudies.ts';
export {
  inTime,
  type Member,
  type Part,
  type PublishChanges,
  type SeededNetwork,
  type StartOptions,
  seededNetwork,
  usualParts,
  withNetwork,
} from './seededNetwork.ts';
export {
  type ListeningNode,
  listeningNode,
  listenOn,
  type ServedNode,
  servedNode,
  serveMember,
  TEST_TOKEN,
} from './servedNode.ts';
export { addToCatalogue, trainSmallModel } from './smallModel.ts';
export { type TrainedNetwork, trainedNetwork } from './trainedNetwork.ts';
