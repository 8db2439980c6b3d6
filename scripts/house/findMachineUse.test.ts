import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findMachineUse, type MachineFace } from './findMachineUse.ts';
import { usesOf } from './usesOf.ts';

const inSource = (source: string) => usesOf('a.tsx', source);

describe('what a source asks the machine', () => {
  it('is time, timers, chance and language, under whatever name they stand there', () => {
    for (const [source, use] of [
      ['const a = Date.now();', 'Date.now'],
      ['const { startedAt = new Date() } = {};', 'new Date()'],
      ['const a = Date();', 'Date()'],
      ['const a = performance.now;', 'performance.now'],
      ['globalThis.performance.now();', 'performance.now'],
      ['setTimeout(() => {}, 1);', 'setTimeout'],
      ['const sleep = { setTimeout };', 'setTimeout'],
      ['window.setInterval(f, 1);', 'setInterval'],
      ["import { setTimeout as sleep } from 'node:timers/promises';", 'node:timers/promises'],
      ["import timers from 'timers';", 'timers'],
      ["import { randomBytes as bytes } from 'node:crypto';", 'randomBytes'],
      ['const a = globalThis.crypto.getRandomValues(b);', 'getRandomValues'],
      ['crypto.randomUUID();', 'randomUUID'],
      ['const a = <p>it’s {Math.random()}</p>;', 'Math.random'],
      ['fetch(url, { signal: AbortSignal.timeout(1) });', 'AbortSignal.timeout'],
      ['names.sort((a, b) => a.localeCompare(b));', 'localeCompare'],
      ['new Intl.NumberFormat();', 'Intl'],
    ] as const)
      assert.ok(inSource(source).includes(use), source);
  });

  it('is nothing in words about it, in members of other things, or in what was handed in', () => {
    for (const source of [
      '// Date.now() is not asked here\nconst a = "setTimeout"; const b = `Math.random()`;',
      'const at = new Date(nowMs).toISOString();',
      'const a = { setTimeout: 1 }; a.setTimeout; clock.now(); ports.random();',
      'const later = new Date(2030, 1);',
    ])
      assert.deepEqual(inSource(source), [], source);
  });

  it('is found in what a template computes', () => {
    assert.deepEqual(inSource('const a = `at $'.concat('{Date.now()}`;')), ['Date.now']);
  });
});

describe('asking the machine', () => {
  const face: MachineFace = { path: 'packages/node/src/process/', uses: ['Date.now'], why: 'a process' };
  const faultsOf = (uses: Record<string, string[]>, faces: MachineFace[] = []) =>
    findMachineUse(new Map(Object.entries(uses)), faces);

  it('is a fault of what ships, and of nothing else', () => {
    const uses = ['Date.now'];
    const faults = faultsOf({
      'packages/node/src/a.ts': uses,
      'packages/node/src/a.test.ts': uses,
      'packages/node/src/testing/a.ts': uses,
      'packages/node/bench/a.bench.ts': uses,
      'scripts/a.ts': uses,
    });
    assert.equal(faults.length, 1);
    assert.match(faults[0]!, /^packages\/node\/src\/a\.ts asks the machine \(Date\.now\)/);
  });

  it('is none at a named face, for what the face is named for', () => {
    const inside = 'packages/node/src/process/a.ts';
    assert.deepEqual(faultsOf({ [inside]: ['Date.now'] }, [face]), []);
    assert.equal(faultsOf({ [inside]: ['Date.now', 'setTimeout'] }, [face]).length, 1);
    assert.equal(
      faultsOf({ 'packages/node/src/a.ts': ['Date.now'], [inside]: ['Date.now'] }, [face]).length,
      1,
    );
  });

  it('leaves no exception behind that nothing uses', () => {
    assert.deepEqual(faultsOf({}, [face]), [
      'nothing uses the exception "packages/node/src/process/ Date.now" any more',
    ]);
  });
});
