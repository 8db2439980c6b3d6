import { auditRoutes } from './audit/auditRoutes.ts';
import { courtRoutes } from './court/courtRoutes.ts';
import { custodyRoutes } from './custody/custodyRoutes.ts';
import { evidenceRoutes } from './evidence/evidenceRoutes.ts';
import { namesRoutes } from './names/namesRoutes.ts';
import { nodeRoutes } from './node/nodeRoutes.ts';
import type { Route, Tag } from './route.ts';
import { servingRoutes } from './serving/servingRoutes.ts';
import { studiesRoutes } from './studies/studiesRoutes.ts';
import { workRoutes } from './work/workRoutes.ts';

/** Every route by the service that answers it. */
export const routesOf = {
  node: nodeRoutes,
  evidence: evidenceRoutes,
  custody: custodyRoutes,
  studies: studiesRoutes,
  work: workRoutes,
  audit: auditRoutes,
  court: courtRoutes,
  serving: servingRoutes,
  names: namesRoutes,
} as const satisfies Record<Tag, Readonly<Record<string, Route>>>;

export const allRoutes: readonly Route[] = Object.values(routesOf).flatMap(group => Object.values(group));
