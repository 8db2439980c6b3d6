// Own process: it counts the signals that children send to it.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { skipSandbox } from '../testing/jobs.ts';
import { startChild } from './child.ts';
import { type Confinement, confinementText, isAdequate } from './confinement.ts';
import { hostAborted } from './failures.ts';
import { probeSandbox } from './probe.ts';
import { findSandbox, type Sandbox, sandboxCandidates } from './sandbox.ts';

const script = fileURLToPath(new URL('../testing/children/escape.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'koinon-node-'));
const key = join(folder, 'key.json');
const open = join(tmpdir(), `koinon-open-${process.pid}`);
const caps = { headerBytes: 65_536, files: 0, totalBytes: 0 };
let connections = 0;
let signals = 0;
const server = createServer(socket => {
  connections++;
  socket.destroy();
});
const count = () => signals++;

/** What a child that has broken out of Node comes to in a sandbox. */
async function breakOut(sandbox: Sandbox): Promise<Record<string, string | number | string[]>> {
  const { port } = server.address() as { port: number };
  const program = { script, files: [], unguarded: true };
  const child = startChild(sandbox, program, { memoryBytes: 2 ** 28 }, caps);
  try {
    child.send({ header: { port, parent: process.pid, key, open, script }, files: [] });
    return (await child.next()).header as Record<string, string | number | string[]>;
  } finally {
    child.kill(hostAborted('the test is over'));
    await child.closed;
  }
}

const isRefused = (what: unknown) => what !== 'done';

// Containers deny namespaces in many ways: what does not start here confines nothing and runs nothing.
const probed: Array<[Sandbox, Confinement | undefined]> = [];
for (const sandbox of await sandboxCandidates()) {
  probed.push([sandbox, await probeSandbox(sandbox).catch(() => undefined)]);
}

before(async () => {
  chmodSync(folder, 0o700);
  writeFileSync(key, 'the key of the node', { mode: 0o600 });
  writeFileSync(open, 'what anybody may read', { mode: 0o644 });
  process.on('SIGWINCH', count);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});
after(() => {
  process.removeListener('SIGWINCH', count);
  server.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(open, { force: true });
});

for (const [sandbox, confinement] of probed) {
  const name = `${sandbox.kind}${sandbox.root ? `, root given up ${sandbox.root}` : ''}`;
  describe(`a program that broke out, in ${name}`, {
    skip: confinement ? false : 'this machine does not allow it',
  }, () => {
    const facts = confinement!;

    test('comes as far as the probe says, and no further', async () => {
      const before = { connections, signals };
      const tried = await breakOut(sandbox);
      assert.equal((tried['dial'] as string[]).includes('done'), facts.network);
      assert.equal(connections > before.connections, facts.network);
      if (facts.files === 'own') assert.equal(tried['open'], 'ENOENT');
      if (facts.files !== 'node') assert.ok(isRefused(tried['key']), 'the key of the node');
      if (facts.files === 'own') assert.ok((tried['create'] as string[]).every(isRefused), 'making files');
      if (facts.files !== 'node') assert.ok((tried['write'] as string[]).every(isRefused), 'writing files');
      if (facts.user === 'own' || !facts.processes) assert.equal(signals, before.signals);
      if (facts.user !== 'root') assert.ok((tried['rootAgain'] as string[]).every(isRefused));
      if (isAdequate(facts)) assert.equal(tried['uid'], 65_534);
    });

    test('is not called confined unless network, root, files and privileges are out of reach', () => {
      const isHeld = !facts.network && facts.user !== 'root' && facts.files === 'own' && !facts.privileges;
      assert.equal(isAdequate(facts), isHeld);
      assert.equal(isAdequate(facts), sandbox.kind !== 'process' && facts.user !== 'root');
    });
  });
}

test('a node that is root runs no job as root', {
  skip: process.getuid?.() !== 0 && 'the tests are not run by root',
}, async () => {
  const { confinement } = await findSandbox('process');
  assert.equal(confinement.user, 'own');
  assert.equal(confinement.files, 'public');
  assert.equal(confinement.privileges, false);
});

test('bubblewrap has nothing missing', { skip: skipSandbox.bubblewrap }, async () => {
  const { confinement } = await findSandbox('bubblewrap');
  assert.deepEqual(confinement.missing, []);
  assert.equal(
    confinementText(confinement).replace('the user of the node', 'a user of its own'),
    'bubblewrap (no network, no files but its own, a user of its own, seccomp)',
  );
});

test('one who looks twice is told what was found, and who asks for it looks again', async () => {
  const first = await findSandbox('auto');
  assert.equal(await findSandbox('auto'), first);
  const second = await findSandbox('auto', { fresh: true });
  assert.notEqual(second, first);
  assert.deepEqual(second.confinement, first.confinement);
});
