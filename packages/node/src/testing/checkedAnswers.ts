import assert from 'node:assert/strict';
import { allRoutes, openApiPath } from '@koinon/api';
import { toWire } from '@koinon/protocol';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { z } from 'zod';

type Json = Record<string, unknown>;
interface Operation {
  responses: Record<string, { content: Record<string, { schema?: Json & { 'x-events'?: never } }> }>;
}
export interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation & Json>>;
  components: { schemas: Record<string, Json> } & Json;
}

/** The schema that the route has for its answer. */
function answerSchemaOf(method: string, template: string): z.ZodType {
  const found = allRoutes.find(route => route.method === method && openApiPath(route.path) === template);
  assert.ok(found?.answer.kind === 'json', `no JSON is described for ${method} ${template}`);
  return found.answer.schema;
}

/**
 * Fails where a client that parses the answer would not see all of it. Clients leave out what they do not know, for a newer
 * node may tell more; what this node tells, the schemas must have.
 */
function losesNothing(schema: z.ZodType, body: unknown, what: string): void {
  const parsed: unknown = JSON.parse(JSON.stringify(toWire(schema.parse(body))));
  assert.partialDeepStrictEqual(parsed, body, what);
}

/**
 * Holds answers against an OpenAPI document: each must have a media type the document names for its status, and a body
 * of its schema. Remembers which operations answered 200.
 */
export class CheckedAnswers {
  readonly document: OpenApi;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #answered = new Set<string>();

  constructor(document: OpenApi) {
    this.document = document;
    this.#ajv.addSchema({ ...document, $id: 'document' });
  }

  /** The body, parsed where it is JSON, after the check. */
  async check(method: string, path: string, response: Response): Promise<unknown> {
    const [template, operation] = this.#operationOf(method, path);
    const text = await response.text();
    const status = String(response.status);
    const type = (response.headers.get('content-type') ?? '').split(';')[0]!;
    const { content } = operation.responses[status] ?? {};
    assert.ok(content, `${method} ${path} answers ${status}, which the document does not name`);
    assert.ok(type in content, `${method} ${path} answers ${response.status} with ${type}`);
    if (response.ok) this.#answered.add(`${method} ${template}`);
    if (type !== 'application/json') return text;
    const body: unknown = JSON.parse(text);
    this.matches(
      [template, method, status, type],
      body,
      `${method} ${path} ${response.status}: ${text.slice(0, 200)}`,
    );
    if (response.ok) losesNothing(answerSchemaOf(method, template), body, `${method} ${path}`);
    return body;
  }

  /** Fails unless the data of an event, in JSON, is what the document says of that kind of event. */
  checkEvent(template: string, event: string, data: string): void {
    const { answer } = allRoutes.find(route => openApiPath(route.path) === template) ?? {};
    assert.ok(answer?.kind === 'events');
    const place = ['x-events', String(Object.keys(answer.events).indexOf(event))];
    const body: unknown = JSON.parse(data);
    this.matches([template, 'get', '200', 'text/event-stream'], body, data, place);
    losesNothing(answer.events[event]!, body, `${event} of ${template}`);
  }

  /** Fails unless the value fits the schema of an answer, found by path template, method, status and media type. */
  matches(
    where: readonly string[],
    value: unknown,
    what: string,
    inContent: readonly string[] = ['schema'],
  ): void {
    const [template, method, status, type] = where;
    const keys = ['paths', template!, method!, 'responses', status!, 'content', type!, ...inContent];
    const pointer = keys.map(key => key.replaceAll('~', '~0').replaceAll('/', '~1')).map(encodeURIComponent);
    const validate = this.#ajv.getSchema(`document#/${pointer.join('/')}`);
    assert.ok(validate, `no schema at ${keys.join(' ')}`);
    assert.ok(validate(value), `${what}\n${this.#ajv.errorsText(validate.errors)}`);
  }

  /** Operations of the document that no answer has shown yet. */
  unanswered(): string[] {
    return Object.entries(this.document.paths)
      .flatMap(([path, operations]) => Object.keys(operations).map(method => `${method} ${path}`))
      .filter(operation => !this.#answered.has(operation));
  }

  #operationOf(method: string, path: string): [string, Operation] {
    const { pathname } = new URL(path, 'http://node');
    for (const [template, operations] of Object.entries(this.document.paths)) {
      const pattern = template
        .replace(/[.]/g, '\\.')
        .replace('{tile}', '.+')
        .replace(/\{[^}]+\}/g, '[^/]+');
      const operation = operations[method];
      if (operation && new RegExp(`^${pattern}$`).test(pathname)) return [template, operation];
    }
    assert.fail(`${method} ${path} is not in the document`);
  }
}
