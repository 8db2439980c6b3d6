import { z } from 'zod';
import { type Api, json } from '../api.ts';
import { openApiDocument } from './openApiDocument.ts';

/** Serves the document of all routes, made at the first question. */
export function addOpenApiRoute(api: Api, version: string): void {
  let document: object | undefined;
  api.add(
    {
      method: 'get',
      path: '/api/openapi.json',
      summary: 'This document',
      tag: 'node',
      answer: json(z.looseObject({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.unknown()) })),
      needsToken: false,
    },
    ({ context }) => {
      document ??= openApiDocument(api.routes, version);
      return context.json(document);
    },
  );
}
