import type { VisibleFile } from './command.ts';
import { foldersOf } from './folders.ts';
import type { Sandbox } from './sandbox.ts';
import { BE_NOBODY, giveUpRoot, NO_CAPABILITIES } from './setpriv.ts';

/** Where the new root is put together: a folder that every Linux has, in which nothing of Koinon lies. */
const ROOT = '/sys';
const TABLE = `${ROOT}/table`;

/**
 * What bubblewrap does, as far as the tools of util-linux go: namespaces for network, processes, IPC, host name and
 * mounts; a root of its own with what Node needs to start, read-only; nobody, without capabilities. There is no filter
 * for system calls. The root is changed by `chroot` and not by `pivot_root`: a process below a chroot cannot make user
 * namespaces, which is how most faults of the kernel are reached; and without capabilities nobody leaves one.
 *
 * The shell stays as process 1: so a job that crashes ends as any other process, and all of it ends with the shell.
 */
export function namespaces(
  sandbox: Sandbox,
  visible: readonly VisibleFile[],
  limits: string,
  node: string[],
): string[] {
  const { setpriv, unshare, mount, mkdir, sh, root } = sandbox;
  const ownNamespaces = ['--net', '--ipc', '--pid', '--uts', '--mount'];
  const enter = ['--root', ROOT, '--wd', '/', '/setpriv'];
  const become =
    root === 'inside'
      ? [unshare!, ...enter, ...BE_NOBODY]
      : [
          unshare!,
          ...['--user', '--map-user=65534', '--map-group=65534', '--keep-caps'],
          ...enter,
          ...['--ambient-caps=-all', ...NO_CAPABILITIES],
        ];
  const table = visible
    .map(([from, to]) => `${inTable(from)} ${inTable(`${ROOT}${to}`)} none bind,ro,nosuid,nodev 0 0\n`)
    .join('');
  const folders = foldersOf(visible).map(folder => quote(`${ROOT}${folder}`));
  const tmpfs = (options: string) =>
    `${quote(mount!)} -t tmpfs -o ${options}mode=755,nosuid,nodev,size=1m job ${ROOT}`;
  const setUp = [
    'set -e',
    'umask 022',
    tmpfs(''),
    ...(folders.length > 0 ? [`${quote(mkdir!)} ${folders.join(' ')}`] : []),
    ...visible.map(([, to]) => `: > ${quote(`${ROOT}${to}`)}`),
    `printf %s ${quote(table)} > ${TABLE}`,
    `${quote(mount!)} -a -T ${TABLE}`,
    `: > ${TABLE}`, // it names folders of the machine
    tmpfs('remount,ro,'),
    'set +e',
    limits,
    '"$@"',
    'exit $?',
  ].join('\n');
  return [
    ...[setpriv!, '--pdeathsig', 'KILL', ...(giveUpRoot(sandbox) ?? [])],
    unshare!,
    ...(root === 'inside' ? [] : ['--user', '--map-root-user']),
    ...ownNamespaces,
    ...['--fork', '--kill-child'],
    ...[sh!, '-c', setUp, 'sh', ...become, ...node],
  ];
}

/** One word for the shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** One field of fstab(5). */
function inTable(path: string): string {
  return path.replace(/[\\\s#]/g, character => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
