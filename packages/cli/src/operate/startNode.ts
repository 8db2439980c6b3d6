import { appendFileSync, existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deploymentSchema, toWire } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import type { Surroundings } from '../commands/surroundings.ts';
import { readPassword } from '../keys/readPassword.ts';
import { parseKoin } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { createProgress } from '../terminal/progress.ts';
import { facts } from '../terminal/table.ts';
import { VERSION } from '../version.ts';
import { sandboxLine } from './sandboxLine.ts';
import { termsOf } from './terms.ts';

export interface StartNodeOptions {
  provide?: boolean;
  passwordFile?: string;
}

/** Runs the node of a folder in this process until it is told to leave. */
export async function startNode(
  surroundings: Surroundings,
  folderAsTyped: string | undefined,
  options: StartNodeOptions,
): Promise<void> {
  const folder = resolve(folderAsTyped ?? surroundings.nodeFolder);
  requireNodeFolder(folder);
  const { openNode, readNodeConfig } = await import('@koinon/node/process');
  if (options.provide) await addProviding(folder);
  const config = readNodeConfig(folder);
  const kept = join(folder, 'password');
  const passwordFile = options.passwordFile ?? (existsSync(kept) ? kept : undefined);
  const password = await readPassword(surroundings, passwordFile, 'Password of the node’s key');
  const stopping = Promise.withResolvers<void>();
  const leave = () => stopping.resolve();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, leave);
  const progress = createProgress(surroundings);
  try {
    progress.doing('starting; a new node waits for its registration to be mined');
    const running = await openNode(folder, {
      password,
      version: VERSION,
      journal: {
        note: (event, details = {}) => {
          const line = { at: new Date().toISOString(), event, ...(toWire(details) as object) };
          appendFileSync(join(folder, 'node.log'), `${JSON.stringify(line)}\n`, { mode: 0o600 });
        },
      },
    }).finally(progress.stop);
    const { operator, url } = running;
    const sandbox = await running.sandbox();
    const services = Object.keys(config.services);
    printResult(surroundings, { folder, operator, url, services, sandbox }, style =>
      [
        `${style.green('✓')} ${style.bold(config.name)} is up: ${services.join(', ')}`,
        facts(
          [
            ['operator', operator],
            ['page and API', url],
            ['jobs run in', sandbox.isAdequate ? sandboxLine(sandbox) : style.yellow(sandboxLine(sandbox))],
            ['log', join(folder, 'node.log')],
          ],
          style,
        ),
        style.dim('Ctrl-C stops it.'),
      ].join('\n'),
    );
    await stopping.promise;
    progress.doing('stopping');
    await running.stop().finally(progress.stop);
  } finally {
    for (const signal of signals) process.removeListener(signal, leave);
  }
}

/** Throws `K_NODE_MISSING` unless a node was made in the folder. */
export function requireNodeFolder(folder: string): void {
  if (existsSync(join(folder, 'config.json'))) return;
  throw new KoinonError({
    code: 'K_NODE_MISSING',
    message: `${folder} holds no node.`,
    fault: 'user',
    next: 'Make one: koinon node init --rpc URL --deployment FILE. Or name its folder.',
  });
}

/** Adds the roles of a provider to the configuration, with the usual prices where it has none. */
async function addProviding(folder: string): Promise<void> {
  const { readJson, readNodeConfig, servicesFor } = await import('@koinon/node/process');
  const { services, deployment } = readNodeConfig(folder);
  if (services.work?.terms && services.audit) return;
  const path = join(folder, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as { services: Record<string, object> };
  const network = readJson(resolve(folder, deployment), deploymentSchema);
  const terms = termsOf(network, parseKoin('0.01'), parseKoin('0.001'));
  await writeFile(
    path,
    `${JSON.stringify(
      {
        ...config,
        services: {
          ...servicesFor(['provide', 'audit'], terms),
          ...config.services,
          ...(services.work?.terms ? {} : { work: { terms } }),
        },
      },
      undefined,
      2,
    )}\n`,
    { mode: 0o600 },
  );
}
