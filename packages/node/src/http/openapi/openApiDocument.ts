import { z } from 'zod';
import { type AnswerKind, type BodyKind, type RouteDescription, tags } from '../api.ts';
import { errorRecord } from '../wire.ts';
import { type JsonSchema, jsonSchemaOf } from './jsonSchemaOf.ts';

const TAG_DESCRIPTIONS: Record<(typeof tags)[number], string> = {
  node: 'This node and its network',
  data: 'Datasets and the requests for their use',
  studies: 'What researchers ask for',
  work: 'What this node did for others',
  models: 'Models and their passports',
  evidence: 'Blobs, anchors, transactions: what checks are made of',
  integrity: 'Audits, disputes and what a result is worth',
  inference: 'Predictions by the Open Inference Protocol',
};

/** An OpenAPI 3.1 document of the routes, made from the schemas that parse them. */
export function openApiDocument(routes: readonly RouteDescription[], version: string): JsonSchema {
  const schemas: Record<string, JsonSchema> = {
    Error: jsonSchemaOf(z.strictObject({ error: errorRecord })),
    InferenceError: jsonSchemaOf(z.strictObject({ error: z.string() })),
  };
  const paths: Record<string, JsonSchema> = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    const operationId = operationIdOf(route);
    const hoist = hoister(operationId, schemas);
    paths[path] = { ...paths[path], [route.method]: operationOf(route, operationId, hoist) };
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
    tags: tags.map(name => ({ name, description: TAG_DESCRIPTIONS[name] })),
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

function operationOf(route: RouteDescription, operationId: string, hoist: Hoist): JsonSchema {
  const parameters = [
    ...parametersOf('path', route.params, hoist),
    ...parametersOf('query', route.query, hoist),
  ];
  const error = route.path.startsWith('/v2') ? 'InferenceError' : 'Error';
  return {
    operationId,
    summary: route.summary,
    tags: [route.tag],
    ...(route.needsToken ? { security: [{ token: [] }] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: { required: true, content: contentOfBody(route.body, hoist) } } : {}),
    responses: {
      200: { description: 'Done', content: contentOfAnswer(route.answer, hoist) },
      default: {
        description: 'Refused or failed; the error says why and what to do',
        content: { 'application/json': { schema: { $ref: `#/components/schemas/${error}` } } },
      },
    },
  };
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

function operationIdOf({ method, path }: RouteDescription): string {
  const plain = openApiPath(path).replace(/[{}]/g, '');
  const words = plain.endsWith('/') ? `${plain}root` : plain;
  return method + words.replace(/[/:._-]+([a-z0-9]?)/gi, (_, letter: string) => letter.toUpperCase());
}
