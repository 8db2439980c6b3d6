import { type SandboxLayer, sandboxLayers } from '@koinon/protocol';

export type SandboxKind = 'process' | 'namespaces' | 'bubblewrap';

/** What a program that broke out of V8 and of Node would have. Measured from inside and from the kernel, never assumed. */
export interface Confinement {
  kind: SandboxKind;
  /** Whether it reaches a network, this machine's own loopback included. */
  network: boolean;
  /** What it sees of the file system: what was given to it, what everybody may read, or what the node may read. */
  files: 'own' | 'public' | 'node';
  /** Whose processes it runs as, outside its namespaces: a user of its own, the node's, or root. */
  user: 'own' | 'node' | 'root';
  /** Whether it sees processes that are not its own. */
  processes: boolean;
  /** Whether it has capabilities, or a way to gain privileges. */
  privileges: boolean;
  /** Whether a filter takes system calls away from it. */
  seccomp: boolean;
  /** Who holds its memory down: the kernel, or the node by looking. */
  memory: 'limited' | 'watched';
  /** What is not taken away, worst first; empty for the best this version knows. */
  missing: SandboxLayer[];
}

/**
 * Without these a stranger's program is one fault in V8 away from the keys, the rows and the network; a node told to
 * require a sandbox does not work without any of them.
 */
const indispensable: ReadonlySet<SandboxLayer> = new Set(['network', 'root', 'files', 'privileges']);

export function isAdequate({ missing }: Pick<Confinement, 'missing'>): boolean {
  return !missing.some(layer => indispensable.has(layer));
}

export function missingOf(facts: Omit<Confinement, 'missing'>): SandboxLayer[] {
  const isMissing: Record<SandboxLayer, boolean> = {
    network: facts.network,
    root: facts.user === 'root',
    files: facts.files !== 'own',
    privileges: facts.privileges,
    processes: facts.processes,
    seccomp: !facts.seccomp,
    memory: facts.memory !== 'limited',
  };
  return sandboxLayers.filter(layer => isMissing[layer]);
}

const names: Record<SandboxKind, string> = {
  bubblewrap: 'bubblewrap',
  namespaces: 'namespaces of the kernel',
  process: 'a process of their own only',
};
const files = {
  own: 'no files but its own',
  public: 'files anybody may read',
  node: 'the files of the node',
};
const users = { own: 'a user of its own', node: 'the user of the node', root: 'root' };

/** In one line for people: `bubblewrap (no network, no files but its own, a user of its own, seccomp)`. */
export function confinementText(confinement: Confinement): string {
  const { kind, network, processes, privileges, seccomp } = confinement;
  const facts = [
    network ? 'the network' : 'no network',
    files[confinement.files],
    users[confinement.user],
    ...(processes ? ['other processes'] : []),
    ...(privileges ? ['privileges to gain'] : []),
    seccomp ? 'seccomp' : 'no seccomp',
  ];
  return `${names[kind]} (${facts.join(', ')})`;
}
