import type { z } from 'zod';
import { type AnswerKind, type BodyKind, type Route, type Tag, tags } from '../route.ts';
import { errorAnswer, inferenceErrorAnswer } from '../wire.ts';
import { errorStatuses, errorStatusesOf, isInferencePath } from './errorsOf.ts';
import { type JsonSchema, jsonSchemaOf } from './jsonSchemaOf.ts';

const TAG_DESCRIPTIONS: Record<Tag, string> = {
  node: 'This node and its network',
  evidence: 'Blobs, anchors, transactions, the log: what checks are made of',
  custody: 'Datasets and the requests for their use',
  studies: 'What researchers ask for',
  work: 'What this node did for others',
  audit: 'What this node replays',
  court: 'Audits, disputes and what a result is worth',
  serving: 'Models, and predictions by the Open Inference Protocol',
  names: 'What the owners of nodes call them',
};

/** An OpenAPI 3.1 document of the routes, made from the schemas that parse them. */
export function openApiDocument(routes: readonly Route[], version: string): JsonSchema {
  const schemas: Record<string, JsonSchema> = {
    Error: jsonSchemaOf(errorAnswer),
    InferenceError: jsonSchemaOf(inferenceErrorAnswer),
  };
  const paths: Record<string, JsonSchema> = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    const hoist = hoister(route.id, schemas);
    paths[path] = { ...paths[path], [route.method]: operationOf(route, hoist) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'A Koinon node',
      version,
      description:
        'Amounts and numbers of more than 53 bits are decimal strings; times end in their unit. On loopback reading and predicting need no token; whatever signs, spends or changes does.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The node that serves this document' }],
    tags: tags
      .filter(tag => routes.some(route => route.tag === tag))
      .map(name => ({ name, description: TAG_DESCRIPTIONS[name] })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'The text of api-token in the node’s folder.' },
      },
    },
  };
}

/** `/api/studies/:id` as `/api/studies/{id}`; what a part must look like stands in its schema. */
export function openApiPath(path: string): string {
  return path.replace(/:([a-z]+)(\{[^}]*\})?/gi, '{$1}');
}

type Hoist = (schema: z.ZodType) => JsonSchema;

function operationOf(route: Route, hoist: Hoist): JsonSchema {
  const parameters = [
    ...parametersOf('path', route.params, hoist),
    ...parametersOf('query', route.query, hoist),
  ];
  const name = isInferencePath(route.path) ? 'InferenceError' : 'Error';
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } };
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [route.tag],
    security: securityOf(route),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: { required: true, content: contentOfBody(route.body, hoist) } } : {}),
    responses: {
      200: { description: 'Done', content: contentOfAnswer(route.answer, hoist) },
      ...Object.fromEntries(
        errorStatusesOf(route).map(status => [status, { description: errorStatuses[status], content }]),
      ),
    },
  };
}

/** An empty requirement makes the token optional: beyond loopback it is needed there too. */
function securityOf({ needsToken, isPublic }: Route): JsonSchema[] {
  if (needsToken) return [{ token: [] }];
  return isPublic ? [] : [{}, { token: [] }];
}

function parametersOf(where: 'path' | 'query', object: z.ZodObject | undefined, hoist: Hoist): JsonSchema[] {
  if (!object) return [];
  return Object.entries(object.shape).map(([name, schema]) => {
    const required = where === 'path' || !(schema as z.ZodType).safeParse(undefined).success;
    return { name, in: where, required, schema: hoist(schema as z.ZodType) };
  });
}

function contentOfBody(body: BodyKind, hoist: Hoist): JsonSchema {
  return body.kind === 'json'
    ? { 'application/json': { schema: hoist(body.schema) } }
    : { [body.mediaType]: {} };
}

function contentOfAnswer(answer: AnswerKind, hoist: Hoist): JsonSchema {
  if (answer.kind === 'json') return { 'application/json': { schema: hoist(answer.schema) } };
  if (answer.kind === 'bytes') return Object.fromEntries(answer.mediaTypes.map(type => [type, {}]));
  const events = Object.entries(answer.events).map(([event, schema]) => ({
    description: `Data of the event "${event}"`,
    ...hoist(schema),
  }));
  return { 'text/event-stream': { schema: { type: 'string' }, 'x-events': events } };
}

/** Moves what a schema defines for itself to the document's components, under names of its own. */
function hoister(operationId: string, schemas: Record<string, JsonSchema>): Hoist {
  let taken = 0;
  return schema => {
    const { $defs, ...own } = jsonSchemaOf(schema);
    if ($defs === undefined) return own;
    taken += 1;
    const nameOf = (name: string) => `${operationId}${taken}_${name.replace(/\W/g, '')}`;
    const moved = (part: unknown): JsonSchema =>
      JSON.parse(
        JSON.stringify(part).replace(
          /"#\/\$defs\/([^"]+)"/g,
          (_, name: string) => `"#/components/schemas/${nameOf(name)}"`,
        ),
      );
    for (const [name, part] of Object.entries($defs as JsonSchema)) schemas[nameOf(name)] = moved(part);
    return moved(own);
  };
}
