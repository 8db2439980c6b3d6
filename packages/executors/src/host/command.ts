import type { Sandbox } from './sandbox.ts';

/** What the child is: one script, and the files it may read besides. All absolute paths. */
export interface ChildProgram {
  script: string;
  files: string[];
}

export interface ChildLimits {
  /** Of the data segment (heap, WebAssembly memories), bytes, beyond an idle Node. */
  memoryBytes: number;
  /** Of processor time over all threads, seconds; absent for a child that stays. */
  cpuSeconds?: number;
}

/** An idle Node maps this much writable memory, most of it only reserved (measured 550 to 690 MB). */
export const IDLE_NODE_BYTES = 768 * 2 ** 20;
/** JavaScript heap of a child, MiB. Bytes and WebAssembly memories live outside it. */
const HEAP_MIB = 512;

/**
 * The command line of a child, outermost layer first: shell limits, then bubblewrap or setpriv, then Node with its
 * permission model. `watch` asks the child to watch its parent itself, where nothing else ends it.
 */
export function childCommand(
  sandbox: Sandbox,
  program: ChildProgram,
  limits: ChildLimits,
): { file: string; args: string[]; watch: boolean } {
  const inside = sandbox.kind === 'bubblewrap';
  const node = inside ? '/node' : process.execPath;
  const script = inside ? '/worker.mjs' : program.script;
  const files = inside ? program.files.map((_, i) => `/file${i}`) : program.files;
  const watch = !inside && sandbox.setpriv === undefined;
  let command = [
    node,
    '--permission',
    ...[script, ...files].map(path => `--allow-fs-read=${path}`),
    ...(watch ? ['--allow-worker'] : []),
    '--no-warnings',
    `--max-old-space-size=${HEAP_MIB}`,
    script,
    ...files,
    ...(watch ? ['--watch-parent'] : []),
  ];
  if (inside) command = [...bubblewrap(sandbox, program), ...command];
  else if (sandbox.setpriv) command = [sandbox.setpriv, '--pdeathsig', 'KILL', '--no-new-privs', ...command];
  if (sandbox.sh) command = [sandbox.sh, '-c', shellLimits(limits), 'sh', ...command];
  const [file, ...args] = command;
  return { file: file!, args, watch };
}

/** `ulimit` is in every shell; a limit that cannot be raised is already stricter. */
function shellLimits({ memoryBytes, cpuSeconds }: ChildLimits): string {
  const kilobytes = Math.ceil((memoryBytes + IDLE_NODE_BYTES) / 1024);
  const limits = ['-c 0', '-f 0', '-n 128', `-d ${kilobytes}`];
  if (cpuSeconds !== undefined) limits.push(`-t ${cpuSeconds}`);
  return `${limits.map(limit => `ulimit ${limit} 2>/dev/null`).join('; ')}; exec "$@"`;
}

/** Namespaces of its own, no network, and of the file system only what Node needs to start, read-only. */
function bubblewrap(sandbox: Sandbox, program: ChildProgram): string[] {
  const visible: Array<[from: string, to: string]> = [
    ...sandbox.libraries.map((path): [string, string] => [path, path]),
    [process.execPath, '/node'],
    [program.script, '/worker.mjs'],
    ...program.files.map((path, i): [string, string] => [path, `/file${i}`]),
  ];
  return [
    sandbox.bwrap!,
    '--unshare-all',
    '--die-with-parent',
    '--new-session',
    ...['--cap-drop', 'ALL'],
    ...['--uid', '65534', '--gid', '65534', '--hostname', 'job'],
    ...visible.flatMap(([from, to]) => ['--ro-bind', from, to]),
    ...['--remount-ro', '/', '--chdir', '/'],
    ...(sandbox.seccomp ? ['--seccomp', '3'] : []),
  ];
}
