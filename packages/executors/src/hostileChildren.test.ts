// Own process: it looks at the descriptors and the environment that children inherit from it.
import assert from 'node:assert/strict';
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cases } from '@koinon/protocol/testing';
import { startChild } from './host/child.ts';
import { childCommand } from './host/command.ts';
import { hostAborted } from './host/failures.ts';
import { runJob } from './host/runJob.ts';
import { jobOf, options, sandboxKinds, sandboxOf, skipSandbox } from './testing/jobs.ts';

const child = (name: string) => ({
  script: fileURLToPath(new URL(`./testing/children/${name}.mjs`, import.meta.url)),
  files: [],
});
const encode = (text: string) => Uint8Array.from(text, character => character.charCodeAt(0));

/** What a child would write to answer with this header and these files. */
function spell(header: unknown, files = ''): string {
  const text = JSON.stringify(header);
  return `${String.fromCharCode(0, 0, text.length >> 8, text.length & 255)}${text}${files}`;
}
const result = {
  kind: 'result',
  exitCode: 0,
  fuel: '1',
  traceRoot: `0x${'00'.repeat(32)}`,
  names: ['a'],
  sizes: [0, 0, 1],
};

for (const kind of sandboxKinds) {
  const skip = skipSandbox[kind];
  describe(`a child that was taken over, in the sandbox "${kind}"`, { skip, concurrency: 2 }, () => {
    const say = async (text: string, maxRunMs = 20_000) =>
      runJob(await sandboxOf(kind), child('say'), jobOf(encode(`<<say>>${text}<<end>>`)), {
        ...options,
        maxRunMs,
      });

    test('is believed when it answers as a child should', async () => {
      const { outputs, exitCode } = await say(spell(result, 'x'));
      assert.equal(exitCode, 0);
      assert.deepEqual([...outputs], [['a', encode('x')]]);
    });

    const lies: Record<string, string> = {
      'writes garbage': 'no message at all, but longer than a length',
      'announces a huge header': String.fromCharCode(127, 0, 0, 0),
      'announces more output than the manifest allows': spell({ ...result, sizes: [0, 0, 2 ** 28] }),
      'says something unknown': spell({ kind: 'hello', sizes: [] }),
      'adds members of its own': spell({ ...result, also: 1 }, 'x'),
      'names a file by a path': spell({ ...result, names: ['../a'] }, 'x'),
      'names two files alike': spell({ ...result, names: ['a', 'a'], sizes: [0, 0, 0, 0] }),
      'gives fewer files than names': spell({ ...result, sizes: [0, 0] }),
      'claims more fuel than the limit': spell({ ...result, fuel: '100000001' }, 'x'),
      'gives a negative exit code': spell({ ...result, exitCode: -1 }, 'x'),
      'sends a checkpoint nobody asked for': spell({ kind: 'checkpoint', sizes: [1] }, 'x'),
      'answers as for a single step': spell({
        ...{
          kind: 'step',
          stateRoot: result.traceRoot,
          isLast: true,
          exitCode: 0,
          fuel: '1',
          names: [],
          sizes: [],
        },
      }),
      'gives fewer roots than steps': spell({ ...result, steps: 2, sizes: [0, 0, 1, 32] }, 'x'.repeat(33)),
      'gives no roots for its steps': spell({ ...result, steps: 1 }, 'x'),
      'claims no steps at all': spell({ ...result, steps: 0, sizes: [0, 0, 1, 0] }, 'x'),
      'claims more steps than there can be': spell({ ...result, steps: 2 ** 20 + 1 }, 'x'),
      'answers as a predictor': spell({ kind: 'predictions', id: 1, sizes: [] }),
      'reports an error with a code that is none': spell({
        kind: 'error',
        error: { code: 'x', message: '', fault: 'bug', data: {} },
        sizes: [],
      }),
    };
    // The same host reads them whatever confines the child.
    for (const [lie, text] of Object.entries(lies).slice(
      0,
      kind === 'process' ? undefined : cases(1, Infinity),
    )) {
      test(`and ${lie} is killed and makes no statement`, async () => {
        await assert.rejects(say(text), { code: 'K_HOST_GARBLED', fault: 'platform' });
      });
    }

    test('and stays silent is stopped by the clock', async () => {
      await assert.rejects(say('', 300), { code: 'K_HOST_TIMEOUT' });
    });

    test('and crashes in the middle of its answer is a failure of the host', async () => {
      const crashing = runJob(await sandboxOf(kind), child('crash'), jobOf(encode('x')), options);
      await assert.rejects(crashing, { code: 'K_HOST_KILLED', fault: 'platform' });
    });

    test('and takes memory outside the heap runs into its limit', async () => {
      const eating = runJob(await sandboxOf(kind), child('eat'), jobOf(encode('x')), {
        ...options,
        maxMemoryBytes: 2 ** 28,
      });
      await assert.rejects(eating, { code: 'K_HOST_MEMORY' });
    });

    test('finds no environment, no files, no other program', async () => {
      process.env['KOINON_SECRET_OF_THE_PARENT'] = 'x';
      const { stdout } = await runJob(await sandboxOf(kind), child('look'), jobOf(encode('x')), options);
      const seen = JSON.parse(new TextDecoder().decode(stdout));
      assert.deepEqual(
        seen.env.filter((name: string) => name !== 'PWD'),
        [],
      );
      assert.equal(seen.cwd, '/');
      for (const what of ['passwd', 'root', 'write', 'spawn'])
        assert.equal(seen[what], 'ERR_ACCESS_DENIED', what);
      if (kind === 'bubblewrap') assert.match(seen.dial, /^(EPERM|EACCES)$/);
      if (kind === 'namespaces') assert.equal(seen.dial, 'ENETUNREACH');
      if (kind !== 'process') assert.equal(seen.uid, 65_534);
    });

    test('holds no file of the parent open', {
      skip: !existsSync('/proc/self/fd') && 'there is no /proc',
    }, async () => {
      const started = startChild(await sandboxOf(kind), child('say'), { memoryBytes: 2 ** 28 }, caps);
      started.send({ header: {}, files: [encode(`<<say>>${spell(result, 'x')}<<end>>`)] });
      await started.next();
      const own = child('say').script;
      for (const pid of descendants(started.pid)) {
        for (const fd of readdirSync(`/proc/${pid}/fd`)) {
          const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
          const isHarmless = /^(socket|pipe|anon_inode):|^\/dev\/null$/.test(target) || target === own;
          assert.ok(isHarmless || /bwrap|^\/proc|^\/newroot|^\/$/.test(target), `fd ${fd} is ${target}`);
        }
      }
      started.kill(hostAborted('test'));
      await started.closed;
    });
  });
}
const caps = { headerBytes: 65_536, files: 8, totalBytes: 65_536 };

test('bubblewrap alone hides files, network and processes from a child that broke out of Node', {
  skip: skipSandbox.bubblewrap,
}, async () => {
  const sandbox = await sandboxOf('bubblewrap');
  const { file, args } = childCommand(sandbox, child('look'), { memoryBytes: 2 ** 28 });
  const unguarded = args.filter(arg => arg !== '--permission' && !arg.startsWith('--allow-fs-read'));
  const stdio: StdioOptions = ['pipe', 'pipe', 'pipe', 'pipe'];
  const running: ChildProcess = spawn(file, unguarded, { env: {}, cwd: '/', stdio });
  (running.stdio[3] as Writable).end(sandbox.seccomp);
  let text = '';
  for await (const part of running.stdout!) {
    text += part;
    if (text.endsWith('}')) break;
  }
  running.kill('SIGKILL');
  const seen = JSON.parse(text.slice(text.lastIndexOf('{"env"')));
  assert.equal(seen.passwd, 'ENOENT');
  assert.equal(seen.write, 'ENOENT');
  assert.match(seen.spawn, /^(ENOENT|EPERM|EACCES)$/);
  assert.match(seen.dial, /^(EPERM|EACCES)$/);
});

for (const [kind, without] of [
  ['process'],
  ['process', 'setpriv'],
  ['namespaces'],
  ['bubblewrap'],
] as const) {
  const skip = skipSandbox[kind] || (!existsSync('/proc/self/task') && 'there is no /proc');
  const name = `no process of a job outlives its parent (${kind}${without ? ` without ${without}` : ''})`;
  test(name, { skip }, async () => {
    const script = fileURLToPath(new URL('./testing/children/parent.mjs', import.meta.url));
    const parent = spawn(process.execPath, [script, kind, without ?? ''], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    const outermost = Number(line);
    await until(() => descendants(outermost).some(isBusy));
    const family = descendants(outermost);
    parent.kill('SIGKILL');
    await until(() => family.every(pid => !isAlive(pid)));
  });
}

test('a process that is over is reaped, and its group with it', {
  skip: !existsSync('/proc/self/task') && 'there is no /proc',
}, async () => {
  const before = descendants(process.pid).length;
  const running = runJob(await sandboxOf('auto'), child('say'), jobOf(encode('<<say>><<end>>')), {
    ...options,
    maxRunMs: 300,
  });
  await assert.rejects(running);
  await until(() => descendants(process.pid).length <= before);
});

/** The process and everything below it. */
function descendants(pid: number): number[] {
  const all = [pid];
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
      if (children !== '') all.push(...children.split(' ').flatMap(id => descendants(Number(id))));
    }
  } catch {}
  return all;
}

/** A process that ended and was reaped, or only waits for init to reap it, is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Has spent a fifth of a second of processor time: the program is running, not only starting. */
function isBusy(pid: number): boolean {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[11]) >= 20;
  } catch {
    return false;
  }
}

/** Looks again until it holds; the test's own time limit is the only clock. */
async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 120_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error('it never held');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}
