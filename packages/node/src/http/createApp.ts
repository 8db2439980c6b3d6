import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { KoinonNode } from '../createNode.ts';
import type { Predictors } from '../models/predictors.ts';
import { admission } from './admission.ts';
import { Api } from './api.ts';
import { errorResponse, notFound } from './errors.ts';
import { addInferenceRoutes } from './inference/inferenceRoutes.ts';
import { loopbackGuard } from './loopbackGuard.ts';
import { Meter } from './metrics/meter.ts';
import { addMetricsRoute, countRequests } from './metrics/metricsRoute.ts';
import { addOpenApiRoute } from './openapi/openApiRoute.ts';
import { addBlobRoutes } from './routes/blobRoutes.ts';
import { addChainRoutes } from './routes/chainRoutes.ts';
import { addDatasetRoutes } from './routes/datasetRoutes.ts';
import { addIntegrityRoutes } from './routes/integrityRoutes.ts';
import { addLogRoutes } from './routes/logRoutes.ts';
import { addModelRoutes } from './routes/modelRoutes.ts';
import { addPublishRoute } from './routes/publishRoute.ts';
import { addQuoteRoutes } from './routes/quoteRoutes.ts';
import { addRequestRoutes } from './routes/requestRoutes.ts';
import { addStatusRoutes } from './routes/statusRoutes.ts';
import { addStudyRoutes } from './routes/studyRoutes.ts';
import { addWorkRoutes } from './routes/workRoutes.ts';
import { addPage } from './servePage.ts';

export interface AppOptions {
  /** What people call the node. */
  name: string;
  token: string;
  authenticateAll: boolean;
  port(): number;
}

/** Requests under way at once; watching a study counts only until its first event. */
const UNDER_WAY_MAX = 256;

/** Everything a node serves over HTTP, behind the guard. */
export function createApp(
  node: KoinonNode,
  predictors: Predictors,
  options: AppOptions,
): { app: Hono; api: Api } {
  const { journal, clock } = node.ports;
  const app = new Hono();
  const api = new Api(app, options.token);
  const meter = new Meter();
  app.onError((error, context) => {
    const response = errorResponse(context, error);
    if (response.status === 500) {
      journal.note('http-error', { path: context.req.path, reason: error.message });
    }
    return response;
  });
  app.notFound(context => errorResponse(context, notFound('such page')));
  app.use(secureHeaders());
  app.use(countRequests(meter));
  app.use(loopbackGuard(options));
  app.use(admission(UNDER_WAY_MAX));
  addStatusRoutes(api, node, { name: options.name, startedAtMs: clock.nowMs() });
  addDatasetRoutes(api, node);
  addPublishRoute(api, node);
  addRequestRoutes(api, node);
  addStudyRoutes(api, node);
  addQuoteRoutes(api, node);
  addWorkRoutes(api, node);
  addModelRoutes(api, node);
  addBlobRoutes(api, node);
  addChainRoutes(api, node);
  addLogRoutes(api, node);
  addIntegrityRoutes(api, node);
  addInferenceRoutes(api, node, predictors, meter);
  addMetricsRoute(api, node, predictors, meter);
  addOpenApiRoute(api, node.options.version);
  addPage(app);
  return { app, api };
}
