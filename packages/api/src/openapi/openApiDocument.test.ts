import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { allRoutes } from '../allRoutes.ts';
import { tags } from '../route.ts';
import { openApiDocument } from './openApiDocument.ts';

interface Operation {
  operationId: string;
  tags: string[];
  parameters?: { name: string; in: string }[];
  responses: Record<string, unknown>;
}
const document = openApiDocument(allRoutes, '1.2.3') as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.values(methods).map(operation => [path, operation] as const),
);

test('a linter finds nothing in the document', async () => {
  const config = await createConfig({
    extends: ['recommended-strict'],
    // Clients of the Open Inference Protocol ask for `/v2/` too.
    rules: { 'no-path-trailing-slash': 'off' },
  });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  assert.deepEqual(
    problems.map(({ ruleId, message, location }) => `${ruleId} ${location[0]?.pointer}: ${message}`),
    [],
  );
});

test('operations are called after service and route, each once, and are tagged with the service', () => {
  const ids = operations.map(([, { operationId }]) => operationId);
  assert.equal(new Set(ids).size, allRoutes.length);
  assert.ok(ids.includes('studies.begin'));
  for (const [, operation] of operations) {
    assert.equal(operation.operationId.split('.')[0], operation.tags[0]);
    assert.ok((tags as readonly string[]).includes(operation.tags[0]!));
  }
});

test('references lead somewhere, and every part of a path is described', () => {
  assert.equal(document.openapi, '3.1.0');
  for (const [, name] of JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)) {
    const key = /^#\/components\/schemas\/(.+)$/.exec(name!)?.[1];
    assert.ok(key && key in document.components.schemas, name);
  }
  for (const [path, { parameters = [] }] of operations) {
    const named = parameters.filter(parameter => parameter.in === 'path');
    assert.deepEqual(
      named.map(({ name }) => `{${name}}`),
      path.match(/\{[^}]+\}/g) ?? [],
    );
  }
  assert.doesNotMatch(JSON.stringify(document), /\$defs/);
});

test('every operation says with which statuses it refuses and fails', () => {
  const statusesOf = (id: string) =>
    Object.keys(operations.find(([, { operationId }]) => operationId === id)![1].responses).map(Number);
  assert.deepEqual(statusesOf('evidence.checkpoint'), [200, 403, 500, 503]);
  assert.deepEqual(statusesOf('studies.begin'), [200, 400, 401, 403, 413, 415, 500, 503]);
  assert.deepEqual(statusesOf('custody.approve'), [200, 400, 401, 403, 404, 409, 413, 415, 500, 502, 503]);
});
