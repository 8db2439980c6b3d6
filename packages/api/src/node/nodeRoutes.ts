import { deploymentSchema, sandboxLayers } from '@koinon/protocol';
import { z } from 'zod';
import { json, routes } from '../route.ts';
import { address, bytes32, count, decimal, head, timeMs } from '../wire.ts';

const roles = z.array(z.string());
/** What a program that broke out of its runtime would have, as measured at the node. */
const sandboxSchema = z.object({
  setting: z.enum(['required', 'available']),
  isAdequate: z.boolean(),
  kind: z.enum(['bubblewrap', 'namespaces', 'process']),
  network: z.boolean(),
  files: z.enum(['own', 'public', 'node']),
  user: z.enum(['own', 'node', 'root']),
  processes: z.boolean(),
  privileges: z.boolean(),
  seccomp: z.boolean(),
  memory: z.enum(['limited', 'watched']),
  missing: z.array(z.enum(sandboxLayers)),
  /** The same in a line for people. */
  jobsRunIn: z.string(),
});
const statusSchema = z.object({
  name: z.string(),
  operator: address,
  roles,
  /** What it does, by the names of its services. */
  services: z.array(z.string()),
  version: z.string(),
  peerId: z.string(),
  multiaddrs: z.array(z.string()),
  deployment: z.object(deploymentSchema.shape),
  block: z.object({ number: count, hash: bytes32, timestampSeconds: count }),
  log: z.object({ size: count, root: bytes32, anchored: head }),
  pendingRequests: count,
  startedAtMs: timeMs,
  /** Absent where a node cannot run anything. */
  sandbox: sandboxSchema.optional(),
});
const networkNodeSchema = z.object({
  operator: address,
  owner: address,
  roles,
  stake: decimal,
  peerId: z.string(),
  multiaddrs: z.array(z.string()),
  metadata: bytes32,
  registeredAt: count,
  log: head,
  isSelf: z.boolean(),
});

export const nodeRoutes = routes('node', {
  status: {
    method: 'get',
    path: '/api/status',
    summary: 'What this node is, and how far chain and log are',
    answer: json(statusSchema),
    needsToken: false,
    errors: [502],
  },
  nodes: {
    method: 'get',
    path: '/api/nodes',
    summary: 'The nodes of the network, as the registry has them',
    answer: json(z.object({ nodes: z.array(networkNodeSchema) })),
    needsToken: false,
    errors: [502],
  },
  metrics: {
    method: 'get',
    path: '/metrics',
    summary: 'Figures of this node in the text format of Prometheus',
    answer: { kind: 'bytes', mediaTypes: ['text/plain'] },
    needsToken: false,
    atOnce: 4,
  },
  openApi: {
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This document',
    answer: json(z.looseObject({ openapi: z.literal('3.1.0'), paths: z.record(z.string(), z.unknown()) })),
    needsToken: false,
  },
});
