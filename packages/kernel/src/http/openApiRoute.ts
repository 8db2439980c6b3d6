import { nodeRoutes, openApiDocument } from '@koinon/api';
import { handle, type RouteHandler } from './api.ts';

/** Serves the document of the routes of `handlers` and of itself, made at the first question. */
export function openApiRoute(handlers: readonly RouteHandler[], version: string): RouteHandler {
  let document: object | undefined;
  return handle(nodeRoutes.openApi, () => {
    document ??= openApiDocument([...handlers.map(({ route }) => route), nodeRoutes.openApi], version);
    return Response.json(document);
  });
}
