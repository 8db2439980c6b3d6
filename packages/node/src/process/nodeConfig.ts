import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deploymentSchema, KoinonError, schema } from '@koinon/protocol';
import { z } from 'zod';
import { servicesSchema } from '../services.ts';

/** What a node is told by its folder's `config.json`. Secrets are in files of their own beside it. */
export const nodeConfigSchema = z.strictObject({
  koinon: z.literal('node/2'),
  /** What people call it; shown, never trusted. */
  name: z.string().min(1).max(64),
  /** What this node does: each service that is on, with its settings. */
  services: servicesSchema,
  /** JSON-RPC endpoints of the chain, the preferred first. */
  rpcUrls: z.array(z.url()).min(1),
  /** The address file of the network, relative to the folder. */
  deployment: z.string().default('deployment.json'),
  /** libp2p addresses to listen on. */
  listen: z.array(z.string()).default(['/ip4/127.0.0.1/tcp/0']),
  bootstrap: z.array(z.string()).default([]),
  http: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(0),
      /** True makes every request need the token; beyond loopback a node serves only so, and TLS belongs in front. */
      authenticateAll: z.boolean().default(false),
    })
    .default({ host: '127.0.0.1', port: 0, authenticateAll: false }),
  /** The cold address that stakes for this node; its own when absent. */
  owner: schema.address.optional(),
  /** How long the first unanchored log entry waits for its anchor, milliseconds; an epoch by default. */
  anchorDelayMs: z.number().int().min(0).default(600_000),
  /** How often vouchers are claimed, milliseconds; a day by default, well inside the delay of closing a channel. */
  claimEveryMs: z.number().int().min(1000).default(86_400_000),
  /**
   * `required`: no job runs, and the node does not start, unless jobs are kept from network, root, files and privileges.
   * `available`: whatever this machine has. By default `required` for every node that runs programs of others.
   */
  sandbox: z.enum(['required', 'available']).optional(),
  slots: z.number().int().min(1).max(64).default(1),
  maxRunMs: z.number().int().min(1000).default(600_000),
  maxMemoryBytes: z
    .number()
    .int()
    .min(2 ** 26)
    .default(2 ** 31),
  /** How often the chain is asked for its newest block, milliseconds. */
  pollingMs: z.number().int().min(20).default(2_000),
});
export type NodeConfig = z.output<typeof nodeConfigSchema>;

export type SandboxSetting = NonNullable<NodeConfig['sandbox']>;

/** What a node that was told nothing wants of its sandbox: one that neither works nor audits runs only what its owner asks. */
export function sandboxSetting({
  sandbox,
  services,
}: Pick<NodeConfig, 'sandbox' | 'services'>): SandboxSetting {
  return sandbox ?? (services.work || services.audit ? 'required' : 'available');
}

/** Reads and checks a node's configuration. Throws `K_CONFIG`. */
export function readNodeConfig(home: string): NodeConfig {
  return readJson(join(home, 'config.json'), nodeConfigSchema);
}

export function readDeployment(home: string, config: Pick<NodeConfig, 'deployment'>) {
  return readJson(resolve(home, config.deployment), deploymentSchema);
}

/**
 * A JSON file parsed by a schema. Throws `K_CONFIG` with the file and what is wrong in it, and `K_OLDER_NETWORK` for the
 * address file of a network that an older version made.
 */
export function readJson<S extends z.ZodType>(path: string, fileSchema: S): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw configError(path, reason, cause);
  }
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success) {
    if (isOlder(value)) throw olderNetwork(path);
    throw configError(path, z.prettifyError(parsed.error));
  }
  return parsed.data as z.output<S>;
}

/** Files of networks whose statements and manifests this version no longer reads. */
function isOlder(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return ['deployment/1', 'deployment/2', 'node/1'].includes(Reflect.get(value, 'koinon'));
}

function olderNetwork(path: string): KoinonError {
  return new KoinonError({
    code: 'K_OLDER_NETWORK',
    message: `${path} is of a network that an older version of Koinon made; this one signs and stores other formats.`,
    fault: 'user',
    next: 'Nothing was changed. Use another folder (--home FOLDER), or begin anew in this one with "koinon dev --fresh".',
  });
}

function configError(path: string, reason: string, cause?: unknown): KoinonError {
  return new KoinonError({
    code: 'K_CONFIG',
    message: `${path} cannot be used: ${reason}.`,
    fault: 'user',
    next: 'Correct the file, or make a new one with "koinon node init".',
    cause,
  });
}
