import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSmallProgramFresh } from '../../scripts/programs.ts';

test('the bytes of the small program are those of its text', () => {
  assert.ok(isSmallProgramFresh(), 'run: node packages/world/scripts/programs.ts --write');
});
