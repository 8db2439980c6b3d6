import assert from 'node:assert/strict';
import test from 'node:test';
import { EXIT, type Limits } from '../profile.ts';
import { execute } from '../testing/execute.ts';
import { wat } from '../testing/wat.ts';
import { IMPORTS } from '../wasm/imports.ts';
import { TYPE_NAMES } from '../wasm/types.ts';
import { ERRNO } from './errno.ts';
import { WasiHost } from './host.ts';

const IMPORTED = [...IMPORTS]
  .map(([name, { params, results }]) => {
    const list = (kind: string, types: readonly number[]) =>
      types.length === 0 ? '' : `(${kind} ${types.map(type => TYPE_NAMES[type]).join(' ')})`;
    return `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${list('param', params)} ${list('result', results)}))`;
  })
  .join('\n');

const FILES = new Map([
  ['b.bin', new Uint8Array([1, 2, 3, 4, 5])],
  ['a.txt', new TextEncoder().encode('hello')],
]);

/**
 * Runs a body against the host. `$check` ends the program with the number of the check whose errno is not the
 * one expected; `at` puts text at addresses.
 */
async function wasi(body: string, at: Record<number, string> = {}, limits: Partial<Limits> = {}) {
  const data = Object.entries(at).map(([address, text]) => `(data (i32.const ${address}) "${text}")`);
  const module = wat(`(module ${IMPORTED} (memory (export "memory") 1 16) ${data.join('')}
    (global $checks (mut i32) (i32.const 0))
    (func $check (param $errno i32) (param $expected i32)
      (global.set $checks (i32.add (global.get $checks) (i32.const 1)))
      (if (i32.ne (local.get $errno) (local.get $expected))
        (then (call $proc_exit (i32.add (i32.mul (global.get $checks) (i32.const 100)) (local.get $errno))))))
    (func $open (param $fd i32) (param $path i32) (param $length i32) (param $flags i32) (param $rights i64) (result i32)
      (call $path_open (local.get $fd) (i32.const 0) (local.get $path) (local.get $length) (local.get $flags)
        (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 8)))
    (func (export "_start") ${body}))`);
  return execute(module, limits, { files: FILES });
}

const check = (errno: keyof typeof ERRNO, call: string) =>
  `(call $check ${call} (i32.const ${ERRNO[errno]}))`;
const open = (fd: number, path: number, length: number, flags = 0, rights = 2) =>
  `(call $open (i32.const ${fd}) (i32.const ${path}) (i32.const ${length}) (i32.const ${flags}) (i64.const ${rights}))`;
/** Writes the buffer at an address to a descriptor; the (pointer, length) pair goes to 16. */
const write = (fd: string, from: number, length: number) => `(block (result i32)
  (i32.store (i32.const 16) (i32.const ${from})) (i32.store (i32.const 20) (i32.const ${length}))
  (call $fd_write ${fd} (i32.const 16) (i32.const 1) (i32.const 24)))`;
const read = (fd: string, to: number, length: number) =>
  write(fd, to, length).replace('$fd_write', '$fd_read');
const OPENED = '(i32.load (i32.const 8))';
const [CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE] = [1, 2, 4, 8];

test('every function of WASI preview 1 can be imported, and answers any arguments with an error number', async () => {
  for (const [name, { params }] of IMPORTS) {
    if (name === 'proc_exit') continue;
    const args = params.map(type => `(${TYPE_NAMES[type]}.const -7)`).join(' ');
    const zeros = params.map(type => `(${TYPE_NAMES[type]}.const 0)`).join(' ');
    const result = await wasi(`(drop (call $${name} ${args})) (drop (call $${name} ${zeros}))`);
    assert.equal(result.exitCode, 0, name);
  }
});

test('the host implements every importable function itself, save the sockets and signals it has not', () => {
  const host = new WasiHost({ files: new Map(), seed: new Uint8Array(32), timeMs: 0n, outputBytes: 0 });
  const functions = host.imports(
    [...IMPORTS].map(([name, type]) => ({ name, type })),
    () => {},
  );
  assert.equal(Object.keys(functions).length, 46);
});

test('a file under /in is read to its end and cannot be written', async () => {
  const result = await wasi(
    [
      check('SUCCESS', open(3, 100, 5)),
      check('SUCCESS', read(OPENED, 200, 3)),
      '(call $check (i32.load (i32.const 24)) (i32.const 3))',
      check('SUCCESS', read(OPENED, 203, 100)),
      '(call $check (i32.load (i32.const 24)) (i32.const 2))',
      check('SUCCESS', read(OPENED, 203, 100)),
      '(call $check (i32.load (i32.const 24)) (i32.const 0))',
      check('NOTCAPABLE', write(OPENED, 200, 3)),
      check('SUCCESS', write('(i32.const 1)', 200, 5)),
      check('ROFS', open(3, 100, 5, TRUNCATE, 64)),
      check('ROFS', open(3, 110, 3, CREATE, 64)),
      check('NOENT', open(3, 110, 3)),
      check('ROFS', '(call $path_unlink_file (i32.const 3) (i32.const 100) (i32.const 5))'),
    ].join(''),
    { 100: 'a.txt', 110: 'new' },
  );
  assert.equal(result.exitCode, 0);
  assert.equal(new TextDecoder().decode(result.stdout), 'hello');
});

test('a file under /out is written and cannot be read', async () => {
  const result = await wasi(
    [
      check('SUCCESS', open(4, 100, 5, CREATE | EXCLUSIVE, 64 | 2)),
      check('SUCCESS', write(OPENED, 100, 5)),
      check('SUCCESS', '(call $fd_seek (i32.load (i32.const 8)) (i64.const 8) (i32.const 0) (i32.const 32))'),
      check('SUCCESS', write(OPENED, 100, 1)),
      check('NOTCAPABLE', read(OPENED, 200, 3)),
      check('EXIST', open(4, 100, 5, CREATE | EXCLUSIVE, 64)),
      check('NOTSUP', '(call $path_create_directory (i32.const 4) (i32.const 110) (i32.const 3))'),
    ].join(''),
    { 100: 'x.bin', 110: 'dir' },
  );
  assert.equal(result.exitCode, 0);
  assert.deepEqual([...result.outputs.keys()], ['x.bin']);
  assert.equal(Buffer.from(result.outputs.get('x.bin')!).toString('latin1'), 'x.bin\0\0\0x');
});

test('no path leads out of its directory', async () => {
  const paths = ['../etc/passwd', '/etc/passwd', '/in/a.txt', 'a.txt/../../x', '..', './../a.txt', 'x/../..'];
  for (const path of paths)
    for (const fd of [3, 4]) {
      const result = await wasi(check('NOTCAPABLE', open(fd, 100, path.length, CREATE, 66)), { 100: path });
      assert.equal(result.exitCode, 0, path);
      assert.equal(result.outputs.size, 0);
    }
});

test('paths that mean nothing are errors', async () => {
  const result = await wasi(
    [
      check('NOENT', open(3, 100, 0)),
      check('INVAL', open(3, 100, 3)),
      check('ILSEQ', open(3, 110, 2)),
      check('NOTDIR', open(3, 120, 7)),
      check('NOTDIR', open(3, 120, 5, DIRECTORY)),
      check('FAULT', open(3, 65535, 5)),
      check('BADF', open(9, 120, 5)),
      check('NOTDIR', open(1, 120, 5)),
      check('NAMETOOLONG', open(4, 1000, 256, CREATE, 64)),
    ].join(''),
    { 100: 'a\\00b', 110: '\\ff\\fe', 120: 'a.txt/b', 1000: 'x'.repeat(256) },
  );
  assert.equal(result.exitCode, 0);
});

test('entries of a directory come in order of their bytes, with the same inodes every time', async () => {
  const result = await wasi(
    check(
      'SUCCESS',
      '(call $fd_readdir (i32.const 3) (i32.const 1000) (i32.const 500) (i64.const 0) (i32.const 24))',
    ) +
      write('(i32.const 1)', 1000, 500) +
      '(drop)',
  );
  const names: string[] = [];
  const inodes: bigint[] = [];
  const view = new DataView(result.stdout.buffer);
  for (let at = 0; names.length < 5; at += 24 + view.getUint32(at + 16, true)) {
    names.push(Buffer.from(result.stdout).toString('utf8', at + 24, at + 24 + view.getUint32(at + 16, true)));
    inodes.push(view.getBigUint64(at + 8, true));
  }
  assert.deepEqual(names, ['.', '..', 'a.txt', 'b.bin', 'params.json']);
  assert.deepEqual(inodes, [1n, 1n, 16n, 17n, 18n]);
});

test('more output than the limit ends the program, whether into a file, a hole or a stream', async () => {
  const file = check('SUCCESS', open(4, 100, 5, CREATE, 64));
  for (const body of [
    `${file}${write(OPENED, 0, 1001)}(drop)`,
    `${file}(drop (call $fd_allocate ${OPENED} (i64.const 0) (i64.const 1001)))`,
    `${file}(drop (call $fd_filestat_set_size ${OPENED} (i64.const 9999999)))`,
    `${write('(i32.const 2)', 0, 1001)}(drop)`,
  ]) {
    const result = await wasi(body, { 100: 'x.bin' }, { outputBytes: 1000 });
    assert.equal(result.exitCode, EXIT.OUTPUT_TOO_LARGE);
    assert.equal(result.outputs.size, 0);
  }
  const fits = await wasi(`${file}${write(OPENED, 0, 1000)}(drop)`, { 100: 'x.bin' }, { outputBytes: 1000 });
  assert.equal(fits.exitCode, 0);
});

test('the clock is the time of the manifest plus fuel, and waiting moves it without using fuel', async () => {
  const now = (at: number) => `(drop (call $clock_time_get (i32.const 0) (i64.const 1) (i32.const ${at})))`;
  // A subscription at 200: clock 0, in 10^9 ns.
  const wait = `(i64.store (i32.const 224) (i64.const 1000000000))
    (drop (call $poll_oneoff (i32.const 200) (i32.const 300) (i32.const 1) (i32.const 24)))`;
  const result = await wasi(`${now(64)}${now(72)}${wait}${now(80)}${write('(i32.const 1)', 64, 24)}(drop)`);
  const view = new DataView(result.stdout.buffer);
  const [first, second, third] = [0, 8, 16].map(at => view.getBigUint64(at, true)) as [
    bigint,
    bigint,
    bigint,
  ];
  assert.equal(first / 1_000_000n, 1_700_000_000_000n);
  assert.ok(second > first && second - first < 1000n);
  assert.ok(third - second >= 1_000_000_000n && third - second < 1_000_001_000n);
  assert.ok(result.fuelUsed < 5000n);
});

test('random bytes are ChaCha20 under the seed, whatever pieces they are drawn in', async () => {
  const draw = (at: number, n: number) => `(drop (call $random_get (i32.const ${at}) (i32.const ${n})))`;
  const whole = await wasi(`${draw(64, 150)}${write('(i32.const 1)', 64, 150)}(drop)`);
  const pieces = await wasi(
    `${draw(64, 7)}${draw(71, 70)}${draw(141, 73)}${write('(i32.const 1)', 64, 150)}(drop)`,
  );
  assert.deepEqual(pieces.stdout, whole.stdout);
  // RFC 8439 appendix A.1, test vector 1: key, nonce and counter zero.
  assert.equal(Buffer.from(whole.stdout).toString('hex', 0, 8), '76b8e0ada0f13d90');
});

test('the program is called "program" and has no environment', async () => {
  const result = await wasi(`(drop (call $args_get (i32.const 64) (i32.const 80)))
    (drop (call $args_sizes_get (i32.const 32) (i32.const 36)))
    (drop (call $environ_sizes_get (i32.const 40) (i32.const 44)))
    ${write('(i32.const 1)', 80, 8)}(drop) ${write('(i32.const 1)', 32, 16)}(drop)`);
  const text = Buffer.from(result.stdout);
  assert.equal(text.toString('latin1', 0, 8), 'program\0');
  assert.deepEqual(
    [0, 4, 8, 12].map(at => text.readUInt32LE(8 + at)),
    [1, 8, 0, 0],
  );
});

test('an exit code is passed on, and one too large counts as the largest', async () => {
  for (const [code, expected] of [
    [0, 0],
    [7, 7],
    [0x10002, EXIT.GUEST_MAX],
    [-1, EXIT.GUEST_MAX],
  ])
    assert.equal((await wasi(`(call $proc_exit (i32.const ${code}))`)).exitCode, expected);
});

test('a step that leaves a descriptor open ends the program', async () => {
  const module = wat(`(module ${IMPORTED} (memory (export "memory") 1) (data (i32.const 100) "a.txt")
    (func (export "_start") (drop (call $path_open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 5)
      (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 8))))
    (func (export "step") (result i32) (i32.const 0)))`);
  const result = await execute(module, {}, { files: FILES });
  assert.equal(result.exitCode, EXIT.STEP_STATE);
});

test('host calls are charged, and by their length', async () => {
  const none = await wasi('');
  const one = await wasi(`${write('(i32.const 1)', 0, 8)}(drop)`);
  const long = await wasi(`${write('(i32.const 1)', 0, 8008)}(drop)`);
  assert.ok(one.fuelUsed - none.fuelUsed > 200n);
  assert.equal(long.fuelUsed - one.fuelUsed, 1000n);
});
