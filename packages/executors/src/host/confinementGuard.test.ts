import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Confinement, missingOf } from './confinement.ts';
import { confinementGuard, requireAdequate } from './confinementGuard.ts';

const facts = {
  kind: 'bubblewrap',
  network: false,
  files: 'own',
  user: 'own',
  processes: false,
  privileges: false,
  seccomp: true,
  memory: 'limited',
} as const;
const good: Confinement = { ...facts, missing: missingOf(facts) };
const openFacts = { ...facts, kind: 'process', network: true, files: 'public', seccomp: false } as const;
const bad: Confinement = { ...openFacts, missing: missingOf(openFacts) };

/** A machine whose sandbox changes, and a clock. */
function machine(isRequired: boolean) {
  const state = { now: good, nowMs: 0, looks: 0 };
  const guard = confinementGuard({
    find: async () => {
      state.looks++;
      return { sandbox: { kind: state.now.kind, libraries: [] }, confinement: state.now };
    },
    isRequired,
    nowMs: () => state.nowMs,
  });
  return { state, guard };
}

for (const broken of [
  { network: true },
  { user: 'root' },
  { files: 'public' },
  { files: 'node' },
  { privileges: true },
] as const) {
  test(`a sandbox with ${JSON.stringify(broken)} is not enough where one is required`, () => {
    const changed = { ...facts, ...broken };
    assert.throws(() => requireAdequate({ ...changed, missing: missingOf(changed) }), {
      code: 'K_SANDBOX_REQUIRED',
      next: /apt-get install bubblewrap.*"sandbox": "available"/,
    });
  });
}

test('the kernel alone is enough, without a filter for system calls', () => {
  const changed = { ...facts, kind: 'namespaces', seccomp: false } as const;
  requireAdequate({ ...changed, missing: missingOf(changed) });
});

test('a sandbox that is lost while the node runs stops its jobs, and one that comes back lets them go on', async () => {
  const { state, guard } = machine(true);
  await guard.sandbox();
  state.now = bad;
  await guard.sandbox();
  assert.equal(state.looks, 1);
  state.nowMs = 600_000;
  await assert.rejects(guard.sandbox(), error => {
    assert.equal((error as { code: string }).code, 'K_SANDBOX_REQUIRED');
    assert.doesNotMatch(JSON.stringify(error), /network|process|seccomp/, 'strangers are told no hole');
    return true;
  });
  assert.deepEqual(await guard.confinement(), bad);
  state.now = good;
  await assert.rejects(guard.sandbox(), { code: 'K_SANDBOX_REQUIRED' });
  assert.equal(state.looks, 2);
  state.nowMs += 10_000;
  assert.equal((await guard.sandbox()).kind, 'bubblewrap');
});

test('where none is required jobs run in what there is, and nothing is looked at twice', async () => {
  const { state, guard } = machine(false);
  state.now = bad;
  assert.equal((await guard.sandbox()).kind, 'process');
  state.nowMs = 1e9;
  assert.deepEqual(await guard.confinement(), bad);
  assert.equal(state.looks, 1);
});

test('jobs that come while it is looked for wait for one answer', async () => {
  const { state, guard } = machine(true);
  await Promise.all([guard.sandbox(), guard.sandbox(), guard.confinement()]);
  assert.equal(state.looks, 1);
});
