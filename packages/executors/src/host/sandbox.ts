import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KoinonError } from '@koinon/protocol';
import { seccompFilter } from './seccomp.ts';

export type SandboxKind = 'process' | 'bubblewrap';

/** What this machine offers to put around a child; absent members are layers that are missing. */
export interface Sandbox {
  kind: SandboxKind;
  /** Sets resource limits before it becomes the child. */
  sh?: string;
  /** Lets the kernel kill the child when its parent dies. */
  setpriv?: string;
  bwrap?: string;
  seccomp?: Uint8Array;
  /** Files the Node binary is linked with. */
  libraries: string[];
}

const bubblewrapProbe = [
  ...['--unshare-all', '--cap-drop', 'ALL', '--new-session', '--die-with-parent'],
  ...['--uid', '65534', '--gid', '65534', '--hostname', 'job'],
  ...['--ro-bind', '/', '/', '/bin/true'],
];

/** Fixed, because a PATH is an input nobody checked. */
const toolFolders = ['/usr/bin', '/bin', '/usr/local/bin', '/run/current-system/sw/bin'];

/**
 * Looks once for the layers this machine has. `auto` takes bubblewrap where it works (user namespaces may be
 * denied, as in many containers). Throws `K_SANDBOX_MISSING` when bubblewrap is asked for by name and does not work.
 */
export async function findSandbox(wanted: 'auto' | SandboxKind): Promise<Sandbox> {
  const linux = process.platform === 'linux';
  const sh = existsSync('/bin/sh') ? '/bin/sh' : undefined;
  const setpriv = linux ? await findSetpriv() : undefined;
  const plain: Sandbox = {
    kind: 'process',
    ...(sh ? { sh } : {}),
    ...(setpriv ? { setpriv } : {}),
    libraries: [],
  };
  if (wanted === 'process') return plain;
  const bwrap = linux ? findTool('bwrap') : undefined;
  const reason = bwrap ? await whyNot(bwrap, bubblewrapProbe) : 'it is not installed';
  if (bwrap && reason === undefined) {
    const seccomp = seccompFilter(process.arch);
    return {
      ...plain,
      kind: 'bubblewrap',
      bwrap,
      ...(seccomp ? { seccomp } : {}),
      libraries: librariesOfNode(),
    };
  }
  if (wanted === 'auto') return plain;
  throw new KoinonError({
    code: 'K_SANDBOX_MISSING',
    message: `bubblewrap cannot be used on this machine: ${reason}.`,
    fault: 'platform',
    next: 'Install bubblewrap and allow unprivileged user namespaces, or use the sandbox "auto".',
  });
}

function findTool(name: string): string | undefined {
  return toolFolders.map(folder => join(folder, name)).find(path => existsSync(path));
}

/** setpriv, where it knows what we ask of it (BusyBox's does not). */
async function findSetpriv(): Promise<string | undefined> {
  const setpriv = findTool('setpriv');
  if (!setpriv) return undefined;
  const reason = await whyNot(setpriv, ['--pdeathsig', 'KILL', '--no-new-privs', '/bin/true']);
  return reason === undefined ? setpriv : undefined;
}

/** Tries what a job will need of the tool: the reason it does not work here, or nothing. */
function whyNot(tool: string, args: string[]): Promise<string | undefined> {
  return new Promise(resolve => {
    execFile(tool, args, { env: {}, cwd: '/', timeout: 5_000 }, (error, _out, err) => {
      resolve(error ? err.trim().slice(0, 200) || error.message.slice(0, 200) : undefined);
    });
  });
}

/** The shared objects this very binary has loaded: what the same binary needs inside. */
function librariesOfNode(): string[] {
  // `excludeNetwork` is missing in the types; without it the report looks up host names.
  const report = process.report as unknown as {
    excludeNetwork: boolean;
    getReport(): { sharedObjects: string[] };
  };
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  const { sharedObjects } = report.getReport();
  report.excludeNetwork = before;
  return sharedObjects.filter(path => path.startsWith('/') && /\.so(\.|$)/.test(path));
}
