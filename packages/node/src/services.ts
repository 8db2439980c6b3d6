import type { Kernel, Service, ServiceKind } from '@koinon/kernel';
import { auditKind } from '@koinon/services/audit';
import { courtKind } from '@koinon/services/court';
import { custodyKind } from '@koinon/services/custody';
import { namesKind } from '@koinon/services/names';
import { servingKind } from '@koinon/services/serving';
import { studiesKind } from '@koinon/services/studies';
import { workKind } from '@koinon/services/work';
import { z } from 'zod';

/** Everything a node can do. A new service is one more line here; what it needs decides when it starts. */
const serviceKinds = [
  workKind,
  custodyKind,
  auditKind,
  courtKind,
  servingKind,
  studiesKind,
  namesKind,
] as const;

type Kind = (typeof serviceKinds)[number];
export type ServiceName = Kind['name'];
/** The kind of service by its name. */
type KindOf<N extends ServiceName> = Extract<Kind, { name: N }>;
type PortOfKind<K> = K extends { create(settings: never): (needs: never) => Service<infer Port> }
  ? Port
  : never;
/** What a service of the name lets others ask, and its own routes and tests. */
export type PortOf<N extends ServiceName> = PortOfKind<KindOf<N>>;
type Ports = { [N in ServiceName]: PortOf<N> };

/** The services of a node, as its configuration has them: those that are named are on. */
export const servicesSchema = z.strictObject(
  Object.fromEntries(serviceKinds.map(({ name, settings }) => [name, settings.optional()])) as {
    [N in ServiceName]: z.ZodOptional<KindOf<N>['settings']>;
  },
);
export type ServicesConfig = z.output<typeof servicesSchema>;

/** A kind as the node starts it: handed the kernel and the ports of those that were started before it. */
export type AnyKind = ServiceKind<ServiceName, z.ZodType, Kernel & Partial<Ports>, unknown>;

type NeedsOf<K> = K extends { create(settings: never): (needs: infer Needs) => unknown } ? Needs : never;
/** Services that want what neither the kernel nor another service's port is. */
type Unmet = { [N in ServiceName]: Kernel & Ports extends NeedsOf<KindOf<N>> ? never : N }[ServiceName];

/** The same list for whoever treats all alike. It does not compile while the needs of one are unmet. */
export const kinds: [Unmet] extends [never] ? readonly AnyKind[] : Unmet =
  serviceKinds as readonly unknown[] as readonly AnyKind[];
