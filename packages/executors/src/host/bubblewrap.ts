import type { VisibleFile } from './command.ts';
import { foldersOf } from './folders.ts';
import type { Sandbox } from './sandbox.ts';
import { BE_NOBODY, giveUpRoot } from './setpriv.ts';

/**
 * Namespaces of its own, no network, and of the file system only what Node needs to start, read-only. A root needs no
 * user namespace to set this up, and none is left over: it becomes nobody inside.
 */
export function bubblewrap(sandbox: Sandbox, visible: readonly VisibleFile[], node: string[]): string[] {
  const { bwrap, setpriv, root } = sandbox;
  const before = giveUpRoot(sandbox);
  const user =
    root === 'inside'
      ? [
          ...['--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
          ...['--cap-drop', 'ALL'],
          ...['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'].flatMap(capability => ['--cap-add', capability]),
        ]
      : ['--unshare-all', '--cap-drop', 'ALL', '--uid', '65534', '--gid', '65534'];
  return [
    ...(before ? [setpriv!, ...before] : []),
    bwrap!,
    ...user,
    '--die-with-parent',
    '--new-session',
    ...['--hostname', 'job'],
    // Named, or bubblewrap makes them for root alone.
    ...foldersOf(visible).flatMap(folder => ['--dir', folder]),
    ...visible.flatMap(([from, to]) => ['--ro-bind', from, to]),
    ...['--remount-ro', '/', '--chdir', '/'],
    ...(sandbox.seccomp ? ['--seccomp', '3'] : []),
    ...(root === 'inside' ? ['/setpriv', ...BE_NOBODY] : []),
    ...node,
  ];
}
