import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { describeModule } from './describeModule.ts';

/** Imports `proc_exit`, exports it as `leave` and its memory as `memory`. */
const module = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x05, 0x01, 0x60, 0x01, 0x7f, 0x00],
  ...[
    0x02,
    0x24,
    0x01,
    0x16,
    ...Buffer.from('wasi_snapshot_preview1'),
    0x09,
    ...Buffer.from('proc_exit'),
    0,
    0,
  ],
  ...[0x05, 0x03, 0x01, 0x00, 0x01],
  ...[0x07, 0x12, 0x02, 0x05, ...Buffer.from('leave'), 0, 0, 0x06, ...Buffer.from('memory'), 2, 0],
]);

test('a module is told by what it imports and exports', () => {
  assert.deepEqual(describeModule(module), { imports: ['proc_exit'], exports: ['leave', 'memory'] });
});

test('what is no module, or outside the profile, is told by why; no bytes throw', () => {
  assert.match((describeModule(new Uint8Array()) as { refused: string }).refused, /./);
  fc.assert(
    fc.property(fc.nat(module.length - 1), fc.nat(255), fc.uint8Array({ maxLength: 8 }), (at, byte, more) => {
      const told = describeModule(Uint8Array.from([...module.with(at, byte), ...more]));
      assert.ok('refused' in told || Array.isArray(told.imports));
    }),
    { numRuns: 1_000 },
  );
});
