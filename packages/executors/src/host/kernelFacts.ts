import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel says of a process, as it is seen from here. */
export interface KernelFacts {
  uid: number;
  /** Capabilities it has, or may get by starting something. */
  hasCapabilities: boolean;
  noNewPrivileges: boolean;
  seccomp: boolean;
  /** Nested process namespaces it is in. */
  depth: number;
}

/** Reads /proc/PID/status; nothing where there is no /proc, or the process is gone. */
export function kernelFacts(pid: number | 'self'): KernelFacts | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1]?.split(/\s+/) ?? [];
    return {
      uid: Number(field('Uid')[1]),
      hasCapabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapAmb'].some(name =>
        /[^0]/.test(field(name)[0] ?? '1'),
      ),
      noNewPrivileges: field('NoNewPrivs')[0] === '1',
      seccomp: field('Seccomp')[0] === '2',
      depth: field('NSpid').length,
    };
  } catch {
    return undefined;
  }
}

/** The innermost process that a process started, itself when it started none. */
export function innermost(pid: number): number {
  try {
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      const [child] = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ');
      if (child) return innermost(Number(child));
    }
  } catch {}
  return pid;
}
