import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { z } from 'zod';
import { startChild } from './child.ts';
import { visibleFiles } from './command.ts';
import { type Confinement, missingOf } from './confinement.ts';
import { hostAborted, hostGarbled, hostTimeout } from './failures.ts';
import { innermost, type KernelFacts, kernelFacts } from './kernelFacts.ts';
import type { Sandbox } from './sandbox.ts';
import { probeFiles } from './workerFiles.ts';

const PROBE_MS = 10_000;
const seenSchema = z.strictObject({
  kind: z.literal('seen'),
  root: z.array(z.string()),
  unreadable: z.number(),
  interfaces: z.number(),
  reached: z.boolean(),
});
type Seen = z.output<typeof seenSchema>;

/**
 * What a sandbox really takes away here: a child is started in it as jobs are, without Node's own permission model, and
 * tries; then the kernel is asked about it. Throws `K_HOST_*` where such a child does not run.
 */
export async function probeSandbox(sandbox: Sandbox): Promise<Confinement> {
  const program = { ...probeFiles(), unguarded: true };
  const server = createServer(socket => socket.destroy()).on('error', () => {});
  server.listen(0, '127.0.0.1');
  await Promise.race([once(server, 'listening'), once(server, 'close')]);
  const port = (server.address() as AddressInfo | null)?.port ?? 1;
  const caps = { headerBytes: 2 ** 20, files: 0, totalBytes: 0 };
  const child = startChild(sandbox, program, { memoryBytes: 2 ** 28, cpuSeconds: 10 }, caps);
  const timer = setTimeout(() => child.kill(hostTimeout(PROBE_MS)), PROBE_MS);
  try {
    child.send({ header: { port }, files: [] });
    const parsed = seenSchema.safeParse((await child.next()).header);
    if (!parsed.success) throw hostGarbled('not what a probe says');
    if (parsed.data.unreadable > 0) throw hostGarbled('its own files cannot be read by its user');
    const kernel = process.platform === 'linux' ? kernelFacts(innermost(child.pid)) : undefined;
    const own = new Set(['table', ...visibleFiles(sandbox, program).map(([, to]) => to.split('/')[1]!)]);
    return confinementOf(sandbox, parsed.data, kernel, own);
  } finally {
    clearTimeout(timer);
    child.kill(hostAborted('the probe is over'));
    server.close();
    await child.closed;
  }
}

function confinementOf(
  sandbox: Sandbox,
  seen: Seen,
  kernel: KernelFacts | undefined,
  own: ReadonlySet<string>,
): Confinement {
  const self = process.geteuid?.() ?? -1;
  // Where the kernel does not tell, the worst holds.
  const uid = kernel?.uid ?? self;
  const facts = {
    kind: sandbox.kind,
    network: seen.reached || seen.interfaces > 0,
    files: seen.root.every(name => own.has(name)) ? 'own' : uid === self || uid === 0 ? 'node' : 'public',
    user: uid === 0 ? 'root' : uid === self ? 'node' : 'own',
    processes: !kernel || kernel.depth <= (kernelFacts('self')?.depth ?? Number.POSITIVE_INFINITY),
    privileges: !kernel?.noNewPrivileges || kernel.hasCapabilities,
    seccomp: kernel?.seccomp ?? false,
    memory: sandbox.sh && process.platform === 'linux' ? 'limited' : 'watched',
  } as const;
  return { ...facts, missing: missingOf(facts) };
}
