import { existsSync } from 'node:fs';
import { KoinonError } from '@koinon/protocol';
import { type Confinement, isAdequate, type SandboxKind } from './confinement.ts';
import { probeSandbox } from './probe.ts';
import { seccompFilter } from './seccomp.ts';
import { findTool, librariesOf, librariesOfNode, tryTool } from './tools.ts';

/** What this machine offers to put around a child; absent members are layers that are missing. */
export interface Sandbox {
  kind: SandboxKind;
  /** Sets resource limits before it becomes the child. */
  sh?: string;
  /** Lets the kernel kill the child when its parent dies, and takes away users, capabilities, privileges. */
  setpriv?: string;
  bwrap?: string;
  unshare?: string;
  mount?: string;
  mkdir?: string;
  seccomp?: Uint8Array;
  /** Files that the Node binary, and setpriv where it runs inside, are linked with. */
  libraries: string[];
  /**
   * How a node that is root takes root away from its jobs: inside, when all is set up; before anything else; or its
   * capabilities alone, where nobody else could read the worker. Absent where the node is not root.
   */
  root?: 'inside' | 'before' | 'capabilities';
}

/** A sandbox and what it was seen to do. */
export interface FoundSandbox {
  sandbox: Sandbox;
  confinement: Confinement;
}

export type FindSandbox = (
  wanted: 'auto' | SandboxKind,
  options?: { fresh?: boolean },
) => Promise<FoundSandbox>;

const found = new Map<string, Promise<FoundSandbox>>();

/**
 * The first of the machine's sandboxes that is adequate, else the first that works: each is tried with a child, since
 * containers deny namespaces in many ways. Looks once for a process, and again when `fresh`. Throws `K_SANDBOX_MISSING`
 * when one is asked for by name and does not work here.
 */
export const findSandbox: FindSandbox = (wanted, { fresh = false } = {}) => {
  const known = found.get(wanted);
  if (known && !fresh) return known;
  const looking = look(wanted);
  found.set(wanted, looking);
  looking.catch(() => found.delete(wanted));
  return looking;
};

async function look(wanted: 'auto' | SandboxKind): Promise<FoundSandbox> {
  let best: FoundSandbox | undefined;
  let reason = process.platform === 'linux' ? 'its tools are not installed' : 'it is for Linux';
  for (const sandbox of await sandboxCandidates()) {
    if (wanted !== 'auto' && sandbox.kind !== wanted) continue;
    try {
      const confinement = await probeSandbox(sandbox);
      if (isAdequate(confinement)) return { sandbox, confinement };
      best ??= { sandbox, confinement };
    } catch (error) {
      if (!(error instanceof KoinonError) || error.code === 'K_NOT_BUILT') throw error;
      reason = String(error.data['stderr'] || error.message).slice(0, 200);
    }
  }
  if (best) return best;
  throw new KoinonError({
    code: 'K_SANDBOX_MISSING',
    message: `The sandbox "${wanted}" cannot be used on this machine: ${reason}.`,
    fault: 'platform',
    next: 'Install bubblewrap and allow unprivileged user namespaces, or use the sandbox "auto".',
  });
}

/** What might work here, the best first. */
export async function sandboxCandidates(): Promise<Sandbox[]> {
  const sh = existsSync('/bin/sh') ? { sh: '/bin/sh' } : {};
  const bare: Sandbox = { kind: 'process', ...sh, libraries: [] };
  if (process.platform !== 'linux') return [bare];
  const path = findTool('setpriv');
  const works = path && (await tryTool(path, ['--pdeathsig', 'KILL', '--no-new-privs', '/bin/true']));
  const setpriv = works ? { setpriv: path } : {};
  const libraries = [...new Set([...librariesOfNode(), ...(works ? await librariesOf(path) : [])])];
  const walled: Sandbox[] = [];
  const bwrap = findTool('bwrap');
  if (bwrap) {
    const seccomp = seccompFilter(process.arch);
    walled.push({ kind: 'bubblewrap', ...sh, ...setpriv, bwrap, ...(seccomp ? { seccomp } : {}), libraries });
  }
  const [unshare, mount, mkdir] = [findTool('unshare'), findTool('mount'), findTool('mkdir')];
  if (works && sh.sh && unshare && mount && mkdir) {
    walled.push({ kind: 'namespaces', ...sh, ...setpriv, unshare, mount, mkdir, libraries });
  }
  const open: Sandbox = { ...bare, ...setpriv };
  if (process.getuid?.() !== 0 || !works) return [...walled, open];
  return [
    ...walled.flatMap((sandbox): Sandbox[] => [
      { ...sandbox, root: 'inside' },
      { ...sandbox, root: 'before' },
    ]),
    { ...open, root: 'before' },
    { ...open, root: 'capabilities' },
    open,
  ];
}
