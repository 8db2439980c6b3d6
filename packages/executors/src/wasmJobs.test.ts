import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { executionCommitment, ZERO_32 } from '@koinon/protocol';
import { EXIT } from '@koinon/runtime';
import { createExecutor } from './createExecutor.ts';
import { openingOf } from './openings.ts';
import { jobOf, options, sandboxKinds, skipSandbox } from './testing/jobs.ts';
import { exitWith, op, spin, wasmProgram } from './testing/wasmProgram.ts';

/** path_open of the name at address 0 below the folder `fd`, then exit with the errno. */
function open(name: string, fd: number): Uint8Array {
  const { imports } = exitWith([]);
  return wasmProgram({
    data: new TextEncoder().encode(name),
    imports: [...imports, { name: 'path_open', parameters: 9, types: pathOpen, result: true }],
    body: [
      ...op.i32(fd),
      ...op.i32(0),
      ...op.i32(0),
      ...op.i32(name.length),
      ...op.i32(0),
      ...op.i64(2),
      ...op.i64(0),
      ...op.i32(0),
      ...op.i32(1024),
      ...op.call(1),
      ...op.call(0),
    ],
  });
}
const pathOpen = [0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7e, 0x7e, 0x7f, 0x7f];
const fdWrite = { name: 'fd_write', parameters: 4, result: true };
/** Writes 64 KiB of zeros to stdout for ever: an iovec at 0 that spans the page. */
const flood = wasmProgram({
  imports: [fdWrite],
  data: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 0),
  body: op.loop([
    ...op.i32(1),
    ...op.i32(0),
    ...op.i32(1),
    ...op.i32(16),
    ...op.call(0),
    ...op.drop,
    ...op.br(0),
  ]),
});
/** Takes random bytes and exits with the low bits of the first four. */
const dice = wasmProgram({
  imports: [...exitWith([]).imports, { name: 'random_get', parameters: 2, result: true }],
  body: [...op.i32(0), ...op.i32(4), ...op.call(1), ...op.drop, ...op.i32(0), ...op.load8, ...op.call(0)],
});
/** Grows by 256 MiB at a time and writes to all of it. */
const eater = wasmProgram({
  pages: { initial: 1, maximum: 16_384 },
  body: op.loop([
    ...op.i32(4_000),
    ...op.grow,
    ...op.i32(16),
    0x74, // to bytes
    ...op.i32(1),
    ...op.i32(262_144_000),
    ...op.fill,
    ...op.br(0),
  ]),
});

for (const kind of sandboxKinds) {
  const skip = skipSandbox[kind];
  describe(`a wasm job in the sandbox "${kind}"`, { skip, concurrency: 2 }, () => {
    const executor = createExecutor({ sandbox: kind });

    test('that never ends stops when its fuel is used up', async () => {
      const result = await executor.run(jobOf(spin), options);
      assert.equal(result.exitCode, EXIT.OUT_OF_FUEL);
      assert.equal(result.fuel, 100_000_000n);
      assert.equal(result.sandbox, kind);
    });

    test('that takes longer than the host allows is killed and says nothing about the execution', async () => {
      const job = jobOf(spin, { limits: { fuel: 1e13 } });
      const error = { code: 'K_HOST_TIMEOUT', fault: 'platform' };
      await assert.rejects(executor.run(job, { ...options, maxRunMs: 400 }), error);
    });

    test('is called off by its signal, also before it starts', async () => {
      const job = jobOf(spin, { limits: { fuel: 1e13 } });
      const controller = new AbortController();
      const running = executor.run(job, { ...options, signal: controller.signal });
      setImmediate(() => controller.abort());
      await assert.rejects(running, { code: 'K_HOST_ABORTED' });
      const aborted = AbortSignal.abort();
      await assert.rejects(executor.run(job, { ...options, signal: aborted }), { code: 'K_HOST_ABORTED' });
    });

    test('that takes more memory than the host lends fails as the host, not as the program', async () => {
      const limits = { memoryPages: 16_384, fuel: 1e12 };
      const job = jobOf(eater, { limits });
      await assert.rejects(executor.run(job, { ...options, maxMemoryBytes: 2 ** 28 }), {
        code: 'K_HOST_MEMORY',
        fault: 'platform',
      });
    });

    test('that writes more than its limit ends with the code for it', async () => {
      const result = await executor.run(jobOf(flood), options);
      assert.equal(result.exitCode, EXIT.OUTPUT_TOO_LARGE);
      assert.equal(result.stdout.length, 64 * 1024);
      assert.equal(result.outputs.size, 0);
    });

    test('reads its inputs and nothing beyond them', async () => {
      const inputs = { 'table.safetensors': new Uint8Array(8) };
      const exitCode = async (name: string) =>
        (await executor.run(jobOf(open(name, 3), { inputs }), options)).exitCode;
      assert.equal(await exitCode('table.safetensors'), 0);
      assert.equal(await exitCode('params.json'), 0);
      assert.notEqual(await exitCode('../etc/passwd'), 0);
      assert.notEqual(await exitCode('/etc/passwd'), 0);
    });

    test('that imports a socket is refused by name', async () => {
      const program = wasmProgram({
        body: [],
        imports: [{ name: 'sock_connect', parameters: 2, result: true }],
      });
      await assert.rejects(executor.run(jobOf(program), options), {
        code: 'K_MODULE_REFUSED',
        fault: 'user',
        message: /sock_connect/,
      });
    });

    test('that traps has a result that can be replayed', async () => {
      const result = await executor.run(jobOf(wasmProgram({ body: op.unreachable })), options);
      assert.equal(result.exitCode, EXIT.TRAP);
      assert.match(result.trap!, /unreachable/);
    });
  });
}

test('two runs come to the same execution, in whatever sandbox', async () => {
  const kinds = ['process', ...sandboxKinds.filter(kind => !skipSandbox[kind])] as const;
  const results = await Promise.all(
    kinds.map(sandbox => createExecutor({ sandbox }).run(jobOf(dice), options)),
  );
  const [first, ...others] = results.map(result => executionCommitment(openingOf(result, ZERO_32)));
  for (const other of others) assert.equal(other, first);
  const other = jobOf(dice);
  other.manifest.seed = new Uint8Array(32).fill(8);
  const third = await createExecutor({ sandbox: 'process' }).run(other, options);
  assert.notEqual(executionCommitment(openingOf(third, ZERO_32)), first);
});

test('progress is reported with its share of the fuel', async () => {
  const seen: number[] = [];
  const onProgress = ({ fraction }: { fraction?: number }) => seen.push(fraction!);
  await createExecutor({ sandbox: 'process' }).run(jobOf(spin), { ...options, onProgress });
  assert.equal(seen.at(-1), 1);
});

test('what a receipt commits to is outputs by name, exit code, fuel and trace', () => {
  const base = {
    exitCode: 0,
    fuel: 5n,
    outputs: new Map([['a', Uint8Array.of(1)]]),
    traceRoot: ZERO_32,
    stdout: new Uint8Array(),
    stderr: new Uint8Array(),
    wallMs: 1,
    sandbox: 'process' as const,
  };
  const commit = (change: object) => executionCommitment(openingOf({ ...base, ...change }, ZERO_32));
  assert.equal(commit({ wallMs: 2, stderr: Uint8Array.of(1), sandbox: 'bubblewrap' }), commit({}));
  for (const change of [
    { exitCode: 1 },
    { fuel: 6n },
    { outputs: new Map([['b', Uint8Array.of(1)]]) },
    { outputs: new Map([['a', Uint8Array.of(2)]]) },
  ])
    assert.notEqual(commit(change), commit({}));
});
