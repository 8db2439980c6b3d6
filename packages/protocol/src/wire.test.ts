import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { sampleHex } from '../scripts/vectors/sample.ts';
import { readVector } from '../test/support.ts';
import { cidOfBlob } from './cid.ts';
import { logEntryTypes } from './logEntry.ts';
import { MANIFEST_MAX_BYTES } from './manifest.ts';
import { logEntryNames, type Method, methods } from './wire.ts';

interface Case {
  type: string;
  kind: string;
  message: object;
  signature: string;
}
const { cases } = readVector<{ cases: Case[] }>('typedData');
const signed = (type: string) => {
  const { message, signature } = cases.find(vector => vector.type === type && vector.kind === 'typical')!;
  return { message, signature };
};
const digest = sampleHex('a digest');
const path = [digest, digest];

/** One question of each kind that a stranger may ask. */
const requests: Partial<Record<Method, Record<string, unknown>>> = {
  hello: {},
  'offer.get': {},
  'dataset.get': { id: '7' },
  'grant.request': { request: signed('GrantRequest'), manifest: new Uint8Array(10) },
  'grant.status': { digest },
  'job.status': { order: digest, known: 'running', waitMs: 30_000 },
  'audit.material': { receipt: digest },
  'log.head': {},
  'log.inclusion': { index: 0, size: 1 },
  'log.consistency': { first: 0, second: 2 },
};

for (const [method, request] of Object.entries(requests) as Array<[Method, Record<string, unknown>]>) {
  test(`a question ${method} has exactly its fields`, () => {
    const schema: z.ZodType = methods[method].request;
    assert.ok(
      schema.safeParse(request).success,
      z.prettifyError(schema.safeParse(request).error ?? new z.ZodError([])),
    );
    assert.ok(!schema.safeParse({ ...request, extra: 1 }).success);
    for (const name of Object.keys(request).filter(name => !['known', 'waitMs'].includes(name))) {
      const { [name]: _, ...missing } = request;
      assert.ok(!schema.safeParse(missing).success, name);
      assert.ok(!schema.safeParse({ ...request, [name]: null }).success, name);
    }
    for (const other of [null, [], 'text', 1, undefined]) assert.ok(!schema.safeParse(other).success);
  });
}

test('every question and every answer is an object with no room for more', () => {
  for (const [method, { request, response }] of Object.entries(methods)) {
    for (const schema of [request, response] as z.ZodType[]) {
      const json = JSON.stringify(schema.safeParse({ 'not a field': 1 }).error?.issues ?? 'accepted');
      assert.notEqual(json, '"accepted"', method);
    }
  }
});

test('what a stranger can send is bounded', () => {
  const grant = requests['grant.request']!;
  assert.ok(
    !methods['grant.request'].request.safeParse({
      ...grant,
      manifest: new Uint8Array(MANIFEST_MAX_BYTES + 1),
    }).success,
  );
  assert.ok(!methods['grant.request'].request.safeParse({ ...grant, manifest: 'text' }).success);
  for (const waitMs of [30_001, -1, 0.5]) {
    assert.ok(!methods['job.status'].request.safeParse({ order: digest, waitMs }).success, String(waitMs));
  }
  for (const index of [-1, 0.5, 2 ** 53, '0']) {
    assert.ok(!methods['log.inclusion'].request.safeParse({ index, size: 1 }).success, String(index));
  }
  const inclusion = methods['log.inclusion'].response;
  assert.ok(inclusion.safeParse({ index: 0, size: 1, path }).success);
  assert.ok(!inclusion.safeParse({ index: 0, size: 1, path: new Array(65).fill(digest) }).success);
  const id = methods['dataset.get'].request;
  for (const value of ['-1', '01', (2n ** 256n).toString()])
    assert.ok(!id.safeParse({ id: value }).success, value);
});

test('material for an audit may name the record of the dataset, by its name and not by its bytes', () => {
  const { response } = methods['audit.material'];
  const material = {
    order: signed('Order'),
    manifest: new Uint8Array(10),
    receipt: signed('Receipt'),
    leafSalt: digest,
    opening: { salt: digest, exitCode: 0, fuel: '5', rawOutput: digest, trace: digest },
  };
  const metadata = cidOfBlob(new Uint8Array());
  assert.ok(response.safeParse(material).success);
  const parsed = response.safeParse({ ...material, metadata });
  assert.equal(parsed.data && 'metadata' in parsed.data && parsed.data.metadata, metadata);
  for (const bad of [null, digest, { name: 'table' }]) {
    assert.ok(!response.safeParse({ ...material, metadata: bad }).success, JSON.stringify(bad));
  }
});

test('each byte of a log leaf names one type', () => {
  assert.equal(Object.keys(logEntryNames).length, Object.keys(logEntryTypes).length);
  for (const [name, byte] of Object.entries(logEntryTypes)) assert.equal(logEntryNames[byte], name);
});
