import type { HttpOptions, HttpServer } from '@koinon/kernel';
import { serveHttp } from '@koinon/kernel/host';
import type { KoinonNode } from '../createNode.ts';
import { createApp } from './createApp.ts';

export interface ServeNodeOptions extends HttpOptions {
  /** What people call the node. */
  name: string;
  token: string;
}

/** Serves API, model endpoints, metrics and page of a node. Throws as `serveHttp` does. */
export function serveNode(
  node: KoinonNode,
  { name, token, ...options }: ServeNodeOptions,
): Promise<HttpServer> {
  const { authenticateAll = false } = options;
  return serveHttp(port => createApp(node, { name, token, authenticateAll, port }), options);
}
