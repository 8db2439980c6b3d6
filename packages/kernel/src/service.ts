import type { z } from 'zod';
import type { RouteHandler } from './http/api.ts';
import type { Kernel } from './kernel.ts';
import type { Metric } from './metrics/metric.ts';

/** One thing a node can do. Its name is its key in the configuration, its folder in cli and web, its chapter in the docs. */
export interface Service<Port = unknown> {
  name: string;
  /** What other services may ask of it. */
  port: Port;
  routes?: readonly RouteHandler[];
  metrics?: readonly Metric[];
  /** Goes on with what an earlier life left unfinished. Called once the network is started, after those it needs. */
  takeUp(): void;
  /** Ends it and takes every handler, timer and listener of its own away; what is under way is waited for. */
  stop(): Promise<void>;
}

/**
 * A kind of service, as a node lists it. `Needs` is what one is handed, by name: parts of the kernel, and the ports of other
 * services, optional where it can do without.
 */
export interface ServiceKind<Name extends string, Settings extends z.ZodType, Needs, Port> {
  name: Name;
  /** Its part of the configuration. */
  settings: Settings;
  /** Other services it cannot do without, and those it uses where they are on. */
  needs: readonly string[];
  uses: readonly string[];
  /** Bits of `roles` that the registry is to have of a node that runs it so. */
  roles(settings: z.output<Settings>): number;
  create(settings: z.output<Settings>): (needs: Needs) => Service<Port>;
}

/** Gives a kind of service back with its exact types; its needs are parts of the kernel and other services' ports. */
export function serviceKind<
  const Name extends string,
  Settings extends z.ZodType,
  Needs extends Partial<Kernel>,
  Port,
>(kind: ServiceKind<Name, Settings, Needs, Port>): ServiceKind<Name, Settings, Needs, Port> {
  return kind;
}
