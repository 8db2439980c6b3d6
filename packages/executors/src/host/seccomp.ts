/** Numbers of one system call on x86-64 and arm64; `null` where it does not exist. */
type Numbers = readonly [x64: number | null, arm64: number | null];

/**
 * What a job has no use for: sockets, other processes, mounts, namespaces, keys, kernel modules, tracing, the
 * clock, and the kernel's richest attack surfaces (io_uring, bpf, userfaultfd). Numbers from the kernel's
 * `syscall_64.tbl` and `asm-generic/unistd.h`.
 */
const denied: Record<string, Numbers> = {
  socket: [41, 198],
  socketpair: [53, 199],
  connect: [42, 203],
  bind: [49, 200],
  listen: [50, 201],
  accept: [43, 202],
  accept4: [288, 242],
  fork: [57, null],
  vfork: [58, null],
  execveat: [322, 281],
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_open: [434, 434],
  pidfd_getfd: [438, 438],
  kcmp: [312, 272],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  unshare: [272, 97],
  setns: [308, 268],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  reboot: [169, 142],
  syslog: [103, 116],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  shmget: [29, 194],
  msgget: [68, 186],
  semget: [64, 190],
  mq_open: [240, 180],
  fanotify_init: [300, 262],
};

const architectures = {
  x64: { column: 0, audit: 0xc000003e, clone: 56 },
  arm64: { column: 1, audit: 0xc00000b7, clone: 220 },
} as const;
const CLONE3 = 435;
/** CLONE_NEWNS, CGROUP, UTS, IPC, USER, PID, NET. */
const NEW_NAMESPACES = 0x7e020000;

const LOAD = 0x20;
const EQUALS = 0x15;
const AT_LEAST = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const failWith = (errno: number) => 0x00050000 | errno;
const EPERM = 1;
const ENOSYS = 38;

/**
 * A classic BPF program for bubblewrap's `--seccomp` (an array of `struct sock_filter`), or nothing on an
 * architecture it was not written for. `clone3` fails with ENOSYS, so that libc falls back to `clone`, whose flags
 * a filter can read.
 */
export function seccompFilter(architecture: string): Uint8Array | undefined {
  if (architecture !== 'x64' && architecture !== 'arm64') return undefined;
  const { column, audit, clone } = architectures[architecture];
  const numbers = Object.values(denied).flatMap(pair => pair[column] ?? []);
  const program: Array<[code: number, ifTrue: number, ifFalse: number, k: number]> = [
    [LOAD, 0, 0, 4], // seccomp_data.arch
    [EQUALS, 1, 0, audit],
    [RETURN, 0, 0, KILL_PROCESS],
    [LOAD, 0, 0, 0], // seccomp_data.nr
    [AT_LEAST, numbers.length + 5, 0, 0x40000000], // the x32 twin of every call
    [EQUALS, numbers.length + 5, 0, CLONE3],
    [EQUALS, 0, 2, clone],
    [LOAD, 0, 0, 16], // low half of args[0]
    [ANY_BIT, numbers.length + 1, numbers.length, NEW_NAMESPACES],
    ...numbers.map((number, i): [number, number, number, number] => [EQUALS, numbers.length - i, 0, number]),
    [RETURN, 0, 0, ALLOW],
    [RETURN, 0, 0, failWith(EPERM)],
    [RETURN, 0, 0, failWith(ENOSYS)],
  ];
  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  program.forEach(([code, ifTrue, ifFalse, k], i) => {
    view.setUint16(8 * i, code, true);
    view.setUint8(8 * i + 2, ifTrue);
    view.setUint8(8 * i + 3, ifFalse);
    view.setUint32(8 * i + 4, k, true);
  });
  return bytes;
}
