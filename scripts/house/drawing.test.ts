import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { architecture, readDescriptions, replaceDrawing } from './architectureFile.ts';
import { drawingOf } from './drawing.ts';
import { readHouse } from './readHouse.ts';

const small = {
  floors: new Map([
    ['protocol', 0],
    ['kernel', 3],
    ['services', 4],
    ['world', 6],
  ]),
  sideways: [],
  faces: new Map<string, string[]>(),
  imports: new Map([
    ['packages/protocol/src/a.ts', ['zod']],
    ['packages/kernel/src/a.ts', ['@koinon/protocol']],
    ['packages/services/src/work/service.ts', ['@koinon/kernel', '@koinon/protocol']],
    ['packages/services/src/court/service.ts', ['@koinon/kernel', '../work/port.ts']],
    ['packages/services/src/court/court.test.ts', ['../names/port.ts', '@koinon/world']],
  ]),
};

it('docs/architecture.md draws the code as it is', () => {
  const document = readFileSync(architecture, 'utf8');
  const drawn = replaceDrawing(document, drawingOf(readHouse(), readDescriptions()));
  assert.equal(document, drawn, 'Run: node scripts/architecture.ts --write');
});

it('every package says what it is', () => {
  for (const [name, description] of readDescriptions())
    assert.ok(description, `packages/${name}/package.json`);
});

it('an arrow is drawn where shipped code imports and no other arrows lead there', () => {
  const arrows = drawingOf(small, new Map()).match(/\w+ --> \w+/g);
  assert.deepEqual(arrows, ['kernel --> protocol', 'services --> kernel']);
});

it('services stand beside what their shipped code needs, packages that are not there stand nowhere', () => {
  const drawing = drawingOf(small, new Map([['kernel', 'what services stand on']]));
  assert.match(drawing, /\| 3 \| `kernel` \| what services stand on \|/);
  assert.match(drawing, /\| `court` \| `work` \|\n\| `work` \| none \|/);
  assert.doesNotMatch(drawing, /world/);
});
