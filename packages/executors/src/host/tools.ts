import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Fixed, because a PATH is an input nobody checked. */
const toolFolders = [
  '/usr/bin',
  '/bin',
  '/usr/sbin',
  '/sbin',
  '/usr/local/bin',
  '/run/current-system/sw/bin',
];

export function findTool(name: string): string | undefined {
  return toolFolders.map(folder => join(folder, name)).find(path => existsSync(path));
}

/** Whether a tool takes these arguments and ends well (BusyBox has some of the same names, and knows less). */
export function tryTool(tool: string, args: string[]): Promise<boolean> {
  return new Promise(resolve => {
    execFile(tool, args, { env: {}, cwd: '/', timeout: 5_000 }, error => resolve(error === null));
  });
}

/** The shared objects a program needs, as the loader of glibc tells them; none where another loader answers. */
export function librariesOf(tool: string): Promise<string[]> {
  return new Promise(resolve => {
    execFile(
      tool,
      ['--version'],
      { env: { LD_TRACE_LOADED_OBJECTS: '1' }, cwd: '/', timeout: 5_000 },
      (_error, out) => {
        resolve([...out.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path]) => path!));
      },
    );
  });
}

/** The shared objects this very binary has loaded: what the same binary needs inside. */
export function librariesOfNode(): string[] {
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
