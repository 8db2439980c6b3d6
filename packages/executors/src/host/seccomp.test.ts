import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seccompFilter } from './seccomp.ts';

const X64 = 0xc000003e;
const ALLOW = 0x7fff0000;
const EPERM = 0x50001;

/** What the kernel would answer: the few instructions of classic BPF that the filter uses. */
function answer(filter: Uint8Array, arch: number, nr: number, arg0 = 0): number {
  const view = new DataView(filter.buffer);
  const data: Record<number, number> = { 0: nr, 4: arch, 16: arg0 };
  let a = 0;
  for (let pc = 0; ; pc++) {
    const code = view.getUint16(8 * pc, true);
    const k = view.getUint32(8 * pc + 4, true);
    const jump = (holds: boolean) => view.getUint8(8 * pc + (holds ? 2 : 3));
    if (code === 0x06) return k;
    if (code === 0x20) a = data[k]!;
    else if (code === 0x15) pc += jump(a === k);
    else if (code === 0x35) pc += jump(a >= k);
    else if (code === 0x45) pc += jump((a & k) !== 0);
    else throw new Error(`instruction ${code}`);
  }
}

test('sockets, processes, mounts and namespaces are refused, what a job needs is not', () => {
  const filter = seccompFilter('x64')!;
  for (const [name, nr] of Object.entries({
    socket: 41,
    connect: 42,
    ptrace: 101,
    mount: 165,
    unshare: 272,
    bpf: 321,
    io_uring_setup: 425,
    clock_settime: 227,
    fanotify_init: 300,
  })) {
    assert.equal(answer(filter, X64, nr), EPERM, name);
  }
  for (const [name, nr] of Object.entries({
    read: 0,
    write: 1,
    mmap: 9,
    mprotect: 10,
    futex: 202,
    execve: 59,
    exit_group: 231,
  })) {
    assert.equal(answer(filter, X64, nr), ALLOW, name);
  }
});

test('a thread may be made, a namespace may not, and clone3 looks absent', () => {
  const filter = seccompFilter('x64')!;
  assert.equal(answer(filter, X64, 56, 0x3d0f00), ALLOW);
  assert.equal(answer(filter, X64, 56, 0x10000000), EPERM);
  assert.equal(answer(filter, X64, 435), 0x50026);
});

test('calls of another architecture kill, those of the x32 twin fail', () => {
  const filter = seccompFilter('x64')!;
  assert.equal(answer(filter, 0x40000003, 1), 0x80000000);
  assert.equal(answer(filter, X64, 0x40000001), EPERM);
});

test('arm64 has its own numbers and other architectures have no filter', () => {
  const filter = seccompFilter('arm64')!;
  assert.equal(answer(filter, 0xc00000b7, 198), EPERM);
  assert.equal(answer(filter, 0xc00000b7, 63), ALLOW);
  assert.equal(answer(filter, 0xc00000b7, 220, 0x40000000), EPERM);
  assert.equal(seccompFilter('riscv64'), undefined);
});
