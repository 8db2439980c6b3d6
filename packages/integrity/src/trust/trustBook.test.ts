import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Hex, sha256, toHex } from '@koinon/protocol';
import fc from 'fast-check';
import { type AuditFact, trustBook } from './trustBook.ts';

const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`;
const receipt = (n: number): Hex => toHex(sha256(Uint8Array.of(n)));
const fact = (n: number, more: Partial<AuditFact> = {}): AuditFact => ({
  node: address(1),
  program: 'program',
  receipt: receipt(n),
  result: 'agreed',
  auditor: address(2),
  ...more,
});

test('a record grows by audits that agree, once a receipt, for one node and program', () => {
  const book = trustBook([fact(1), fact(2), fact(2, { auditor: address(3) })]);
  assert.equal(book.of(address(1), 'program').consecutive, 2);
  assert.equal(book.of(address(1), 'other').consecutive, 0);
  assert.equal(book.of(address(2), 'program').consecutive, 0);
});

test('nobody raises its own record: not itself, not a node of the same owner, not without an auditor', () => {
  const ownerOf = (operator: Hex) => (operator === address(5) ? address(1) : operator);
  const book = trustBook(
    [fact(1, { auditor: address(1) }), fact(2, { auditor: address(5) }), fact(3, { auditor: undefined })],
    ownerOf,
  );
  assert.equal(book.of(address(1), 'program').consecutive, 0);
});

test('a fault takes everything; one without a program takes it for all programs', () => {
  const book = trustBook([fact(1), fact(2), fact(3, { program: 'other' })]);
  book.add(fact(4, { result: 'fault', auditor: undefined }));
  assert.deepEqual(book.of(address(1), 'program'), { consecutive: 0, agreed: 2, faults: 1 });
  assert.equal(book.of(address(1), 'other').consecutive, 1);
  book.add(fact(5, { result: 'fault', auditor: undefined, program: undefined }));
  assert.equal(book.of(address(1), 'other').consecutive, 0);
});

test('a receipt found false raises nothing afterwards, and what could not be replayed changes nothing', () => {
  const book = trustBook([fact(1, { result: 'fault' }), fact(1), fact(2, { result: 'unavailable' })]);
  assert.deepEqual(book.of(address(1), 'program'), { consecutive: 0, agreed: 0, faults: 1 });
});

test('the record is never more than the agreeing audits since the last fault', () => {
  const result = fc.constantFrom('agreed' as const, 'fault' as const, 'unavailable' as const);
  fc.assert(
    fc.property(fc.array(result, { maxLength: 60 }), results => {
      const book = trustBook(results.map((each, n) => fact(n, { result: each })));
      const since = results.slice(results.lastIndexOf('fault') + 1);
      assert.equal(
        book.of(address(1), 'program').consecutive,
        since.filter(each => each === 'agreed').length,
      );
    }),
  );
});
