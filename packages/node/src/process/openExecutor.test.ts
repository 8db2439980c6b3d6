import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Confinement, FindSandbox } from '@koinon/executors';
import type { Role } from '@koinon/protocol';
import { confined } from '@koinon/world';
import { servicesSchema } from '../services.ts';
import { servicesFor } from '../servicesFor.ts';
import { nodeConfigSchema, sandboxSetting } from './nodeConfig.ts';
import { openExecutor } from './openExecutor.ts';

const open: Confinement = {
  ...confined,
  kind: 'process',
  network: true,
  files: 'public',
  seccomp: false,
  missing: ['network', 'files', 'seccomp'],
};

/** A machine whose sandbox is seen to do so much. */
function machine(confinement: Confinement): { find: FindSandbox; looks(): number } {
  let count = 0;
  return {
    find: async () => {
      count++;
      return { sandbox: { kind: confinement.kind, libraries: [] }, confinement };
    },
    looks: () => count,
  };
}

function notebook() {
  const notes: { event: string; facts: Record<string, unknown> }[] = [];
  return { notes, note: (event: string, facts = {}) => void notes.push({ event, facts }) };
}

test('a node that requires a sandbox does not start without one, and says what to do', async () => {
  const journal = notebook();
  await assert.rejects(openExecutor('required', journal, machine(open).find), {
    code: 'K_SANDBOX_REQUIRED',
    fault: 'platform',
    message: /a process of their own only \(the network, files anybody may read/,
    next: /apt-get install bubblewrap.*"sandbox": "available"/,
  });
  assert.equal(journal.notes[0]?.facts['isAdequate'], false);
});

test('a node with a sandbox starts and notes once what its jobs run in', async () => {
  const journal = notebook();
  const executor = await openExecutor('required', journal, machine(confined).find);
  await executor.confinement();
  const jobsRunIn = 'bubblewrap (no network, no files but its own, a user of its own, seccomp)';
  const facts = { setting: 'required', isAdequate: true, ...confined, jobsRunIn };
  assert.deepEqual(journal.notes, [{ event: 'sandbox', facts }]);
});

test('where what there is will do, the node starts without looking, and the journal still says what was found', async () => {
  const journal = notebook();
  const { find, looks } = machine(open);
  const executor = await openExecutor('available', journal, find);
  assert.equal(looks(), 0);
  assert.deepEqual(await executor.confinement(), open);
  assert.equal(journal.notes[0]?.facts['isAdequate'], false);
});

test('whoever runs programs of others requires a sandbox unless told, a gateway alone does not', () => {
  const servicesOf = (...roles: Role[]) => servicesSchema.parse(servicesFor(roles));
  for (const role of ['custody', 'provide', 'audit'] as const) {
    assert.equal(sandboxSetting({ services: servicesOf('gateway', role) }), 'required', role);
    assert.equal(sandboxSetting({ services: servicesOf(role), sandbox: 'available' }), 'available', role);
  }
  assert.equal(sandboxSetting({ services: servicesOf('gateway') }), 'available');
  assert.equal(sandboxSetting({ services: servicesOf('gateway'), sandbox: 'required' }), 'required');
  const config = { koinon: 'node/2', name: 'n', services: { court: {} }, rpcUrls: ['http://127.0.0.1:1'] };
  assert.ok(nodeConfigSchema.safeParse(config).success);
  assert.ok(!nodeConfigSchema.safeParse({ ...config, sandbox: 'off' }).success);
});
