import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findFaults } from './findFaults.ts';
import { importsOf, readHouse } from './readHouse.ts';

const ground = {
  floors: new Map([
    ['protocol', 0],
    ['gate', 1],
    ['table', 1],
    ['kernel', 3],
    ['services', 4],
    ['node', 5],
  ]),
  faces: new Map([
    ['protocol', ['.', './errors']],
    ['gate', ['.', './testing']],
    ['table', ['.']],
    ['kernel', ['.']],
    ['services', ['./*']],
    ['node', ['.']],
    ['programs', ['./*.wasm']],
  ]),
};

const faultsOf = (imports: Record<string, string[]>, sideways: string[] = []) =>
  findFaults({ ...ground, sideways, imports: new Map(Object.entries(imports)) });
const room = (name: string, file: string) => `packages/services/src/${name}/${file}`;

describe('the floors', () => {
  it('let a package import from lower ones and from outside', () => {
    const faults = faultsOf({
      'packages/kernel/src/a.ts': ['@koinon/gate', '@koinon/protocol/errors', './b.ts', 'zod', 'node:fs'],
      'packages/node/src/a.ts': ['@koinon/services/court', '@koinon/programs/train.wasm'],
    });
    assert.deepEqual(faults, []);
  });

  it('find an import of a higher floor, and of the same one', () => {
    const faults = faultsOf({ 'packages/gate/src/a.ts': ['@koinon/kernel', '@koinon/table'] });
    assert.deepEqual(faults, [
      'packages/gate/src/a.ts (floor 1) imports @koinon/kernel (floor 3)',
      'packages/gate/src/a.ts (floor 1) imports @koinon/table (floor 1)',
    ]);
  });

  it('allow a named exception on one floor, never upward, and find one that nothing uses', () => {
    const imports = { 'packages/gate/src/a.ts': ['@koinon/table'] };
    assert.deepEqual(faultsOf(imports, ['gate → table']), []);
    assert.deepEqual(faultsOf(imports, ['gate → table', 'table → gate']), [
      'nothing uses the exception "table → gate" any more',
    ]);
    assert.equal(faultsOf({ 'packages/gate/src/a.ts': ['@koinon/kernel'] }, ['gate → kernel']).length, 2);
  });

  it('find an exception that only tests use', () => {
    const imports = { 'packages/gate/src/a.test.ts': ['@koinon/table'] };
    assert.deepEqual(faultsOf(imports, ['gate → table']), [
      'nothing uses the exception "gate → table" any more',
    ]);
  });

  it('find a package without a floor', () => {
    assert.match(faultsOf({ 'packages/attic/src/a.ts': [] }).join(), /packages\/attic has no floor/);
  });
});

describe('the faces', () => {
  it('let tests import any of them, and all of their own package', () => {
    const faults = faultsOf({
      'packages/protocol/src/a.test.ts': ['@koinon/node', '@koinon/gate/testing', './testing/b.ts'],
      'packages/protocol/test/a.ts': ['../src/b.ts'],
      'e2e/a.test.ts': ['@koinon/node', './support/b.ts'],
    });
    assert.deepEqual(faults, []);
  });

  it("find whoever reaches into a package's files, tests too", () => {
    for (const file of ['packages/gate/src/a.ts', 'packages/gate/src/a.test.ts', 'packages/gate/test/a.ts']) {
      assert.match(
        faultsOf({ [file]: ['../../table/src/b.ts'] }).join(),
        /reaches into packages\/table\/src\/b\.ts/,
      );
    }
    for (const file of ['e2e/a.test.ts', 'docs/a.test.ts', 'contracts/scripts/a.ts', 'scripts/a.ts']) {
      const up = file.split('/').length === 3 ? '../..' : '..';
      assert.match(
        faultsOf({ [file]: [`${up}/packages/gate/src/b.ts`] }).join(),
        /reaches into packages\/gate/,
      );
    }
  });

  it('let build scripts call one another', () => {
    assert.deepEqual(faultsOf({ 'packages/gate/scripts/build.ts': ['../../../scripts/bundle.ts'] }), []);
    assert.deepEqual(faultsOf({ 'scripts/build.ts': ['../programs/scripts/build.ts'] }), []);
  });

  it('find a subpath that no exports name, and a package that is none', () => {
    const faults = faultsOf({
      'e2e/a.test.ts': [
        '@koinon/gate/src/b.ts',
        '@koinon/services',
        '@koinon/services/court/port',
        '@koinon/attic',
      ],
    });
    assert.deepEqual(faults, [
      'e2e/a.test.ts imports @koinon/gate/src/b.ts, which the exports of gate do not name',
      'e2e/a.test.ts imports @koinon/services, which the exports of services do not name',
      'e2e/a.test.ts imports @koinon/services/court/port, which the exports of services do not name',
      'e2e/a.test.ts imports @koinon/attic, which is no package',
    ]);
  });

  it('find code that ships on top of code that does not', () => {
    const faults = faultsOf({
      'packages/kernel/src/a.ts': ['./testing/b.ts', './c.test.ts', '@koinon/gate/testing'],
    });
    assert.equal(faults.length, 3);
    for (const fault of faults) assert.match(fault, /ships, and imports .*, which does not/);
  });
});

describe('the rooms', () => {
  it('let a service import the kernel, what is below, its own files and the ports of others', () => {
    const faults = faultsOf({
      [room('court', 'service.ts')]: [
        '@koinon/kernel',
        '@koinon/gate',
        './port.ts',
        './case/open.ts',
        '../audit/port.ts',
      ],
      [room('court', 'case/open.ts')]: ['../port.ts', '../../audit/port.ts'],
      [room('audit', 'port.ts')]: ['@koinon/protocol'],
      [room('audit', 'audit.test.ts')]: ['../court/service.ts', '../testing/network.ts'],
    });
    assert.deepEqual(faults, []);
  });

  it("find whoever is in another service's room, by file or by face", () => {
    const inside = faultsOf({ [room('court', 'service.ts')]: ['../audit/replay.ts', '../audit/index.ts'] });
    assert.equal(inside.length, 2);
    for (const fault of inside) assert.match(fault, /is in the room court and imports .*only its port\.ts/);
    const nested = faultsOf({ [room('court', 'service.ts')]: ['../audit/replay/port.ts'] });
    assert.match(nested.join(), /only its port\.ts/);
    const face = faultsOf({ [room('court', 'service.ts')]: ['@koinon/services/audit'] });
    assert.match(face.join(), /only its port\.ts/);
  });

  it('find services that need each other in a circle', () => {
    const faults = faultsOf({
      [room('work', 'service.ts')]: ['../audit/port.ts'],
      [room('audit', 'port.ts')]: ['../court/port.ts'],
      [room('court', 'case.ts')]: ['../work/port.ts'],
      [room('names', 'service.ts')]: ['../work/port.ts'],
    });
    assert.deepEqual(faults, ['services need each other in a circle: work → audit → court → work']);
  });

  it('find a file beside the rooms', () => {
    assert.match(faultsOf({ 'packages/services/src/helpers.ts': [] }).join(), /is in no room/);
  });
});

it('what a source imports is read however it is written', () => {
  const source = [
    "import { a } from './a.ts';",
    "import type {\n  B,\n  C,\n} from '@koinon/b';",
    "import './c.ts';",
    "export * from './d.ts';",
    "export type { E } from './e.ts';",
    "const f = await import('./f.ts');",
    "const g = import.meta.resolve('g/main');",
    "const h: import('./h.ts').H = 1;",
    "const text = 'taken from'; const x = 'y';",
  ].join('\n');
  assert.deepEqual(importsOf(source).sort(), [
    './a.ts',
    './c.ts',
    './d.ts',
    './e.ts',
    './f.ts',
    './h.ts',
    '@koinon/b',
    'g/main',
  ]);
});

it('this house has no fault', () => assert.deepEqual(findFaults(readHouse()), []));
