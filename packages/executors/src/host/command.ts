import { bubblewrap } from './bubblewrap.ts';
import { namespaces } from './namespaces.ts';
import type { Sandbox } from './sandbox.ts';
import { giveUpRoot, NO_PRIVILEGES } from './setpriv.ts';

/** What the child is: one script, and the files it may read besides. All absolute paths. */
export interface ChildProgram {
  script: string;
  files: string[];
  /** Without Node's permission model: what is left is what the kernel takes away. For the probe and for tests. */
  unguarded?: boolean;
}

export interface ChildLimits {
  /** Of the data segment (heap, WebAssembly memories), bytes, beyond an idle Node. */
  memoryBytes: number;
  /** Of processor time over all threads, seconds; absent for a child that stays. */
  cpuSeconds?: number;
}

/** An idle Node maps this much writable memory, most of it only reserved (measured 550 to 690 MB). */
const IDLE_NODE_BYTES = 768 * 2 ** 20;
/** JavaScript heap of a child, MiB. Bytes and WebAssembly memories live outside it. */
const HEAP_MIB = 512;

/**
 * The command line of a child, outermost layer first: shell limits, then bubblewrap, namespaces or setpriv, then Node
 * with its permission model. `watch` asks the child to watch its parent itself, where nothing else ends it.
 */
export function childCommand(
  sandbox: Sandbox,
  program: ChildProgram,
  limits: ChildLimits,
): { file: string; args: string[]; watch: boolean } {
  const { kind, setpriv, sh } = sandbox;
  const isWalled = kind !== 'process';
  const script = isWalled ? '/worker.mjs' : program.script;
  const files = isWalled ? program.files.map((_, i) => `/file${i}`) : program.files;
  const watch = !isWalled && setpriv === undefined;
  const node = [
    isWalled ? '/node' : process.execPath,
    ...(program.unguarded ? [] : guard([script, ...files], watch)),
    '--no-warnings',
    `--max-old-space-size=${HEAP_MIB}`,
    script,
    ...files,
    ...(watch ? ['--watch-parent'] : []),
  ];
  let command = node;
  if (kind === 'bubblewrap') command = bubblewrap(sandbox, visibleFiles(sandbox, program), node);
  else if (kind === 'namespaces') {
    // Its shell sets the limits, since it has a little to write before.
    command = namespaces(sandbox, visibleFiles(sandbox, program), shellLimits(limits), node);
  } else if (setpriv) {
    command = [setpriv, '--pdeathsig', 'KILL', ...(giveUpRoot(sandbox) ?? NO_PRIVILEGES), ...node];
  }
  if (sh && kind !== 'namespaces')
    command = [sh, '-c', `${shellLimits(limits)}; exec "$@"`, 'sh', ...command];
  const [file, ...args] = command;
  return { file: file!, args, watch };
}

function guard(readable: string[], watch: boolean): string[] {
  return [
    '--permission',
    ...readable.map(path => `--allow-fs-read=${path}`),
    ...(watch ? ['--allow-worker'] : []),
  ];
}

/** `ulimit` is in every shell; a limit that cannot be raised is already stricter. */
function shellLimits({ memoryBytes, cpuSeconds }: ChildLimits): string {
  const kilobytes = Math.ceil((memoryBytes + IDLE_NODE_BYTES) / 1024);
  const limits = ['-c 0', '-f 0', '-n 128', `-d ${kilobytes}`];
  if (cpuSeconds !== undefined) limits.push(`-t ${cpuSeconds}`);
  return limits.map(limit => `ulimit ${limit} 2>/dev/null`).join('; ');
}

/** A file of the machine, and where a walled child finds it. */
export type VisibleFile = readonly [from: string, to: string];

/** All that a walled child sees: what Node needs to start, and its own. */
export function visibleFiles(sandbox: Sandbox, program: ChildProgram): VisibleFile[] {
  return [
    ...sandbox.libraries.map((path): VisibleFile => [path, path]),
    [process.execPath, '/node'],
    [program.script, '/worker.mjs'],
    ...program.files.map((path, i): VisibleFile => [path, `/file${i}`]),
    ...(sandbox.setpriv ? [[sandbox.setpriv, '/setpriv'] as const] : []),
  ];
}
