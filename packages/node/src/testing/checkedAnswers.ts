import assert from 'node:assert/strict';
import { Ajv2020 } from 'ajv/dist/2020.js';

type Json = Record<string, unknown>;
interface Operation {
  responses: Record<string, { content: Record<string, { schema?: Json & { 'x-events'?: never } }> }>;
}
export interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation & Json>>;
  components: { schemas: Record<string, Json> } & Json;
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
    const status = response.ok ? '200' : 'default';
    const type = (response.headers.get('content-type') ?? '').split(';')[0]!;
    const { content } = operation.responses[status]!;
    assert.ok(type in content, `${method} ${path} answers ${response.status} with ${type}`);
    if (response.ok) this.#answered.add(`${method} ${template}`);
    if (type !== 'application/json') return text;
    const body: unknown = JSON.parse(text);
    this.matches(
      [template, method, status, type],
      body,
      `${method} ${path} ${response.status}: ${text.slice(0, 200)}`,
    );
    return body;
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
