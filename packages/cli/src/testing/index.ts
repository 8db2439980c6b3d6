/** What the commands do, for tests that play a whole network through. */
export { type Parameters, previewTable, publishAsPreviewed } from '../data/publishTable.ts';
export { readToken } from '../local/readToken.ts';
export {
  type LocalNetwork,
  type LocalNetworkOptions,
  startLocalNetwork,
} from '../local/startLocalNetwork.ts';
export { clientOf, type MainJob, runMainJob } from '../start/runMainJob.ts';
export { watchStudy } from '../studies/watchStudy.ts';
