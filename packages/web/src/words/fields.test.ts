import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifestSchema, typedData } from '@koinon/protocol';
import { fieldWords, manifestWords } from './fields.ts';

test('every field of every statement the page shows is explained', () => {
  for (const type of ['Order', 'Receipt', 'AuditReport', 'Voucher', 'GrantRequest', 'Grant'] as const) {
    for (const { name } of typedData[type]) assert.ok(fieldWords[name], `${type}.${name}`);
  }
});

test('every part of a manifest is explained, and nothing else', () => {
  assert.deepEqual(Object.keys(manifestWords).sort(), Object.keys(manifestSchema.shape).sort());
});
