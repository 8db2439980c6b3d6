export {
  type Checkpoint,
  type CheckpointStep,
  type Clock,
  type JobStep,
  type Journal,
  jobSteps,
  type NodePorts,
} from '@koinon/kernel';
export { createNode, type KoinonNode, type NodeOptions, rolesOfServices } from './createNode.ts';
export type { ServeNodeOptions } from './http/serveNode.ts';
export { type ServicesConfig, servicesSchema } from './services.ts';
export { servicesFor } from './servicesFor.ts';
