import { type Kernel, type KernelOptions, type NodePorts, type Service, startKernel } from '@koinon/kernel';
import { KoinonError } from '@koinon/protocol';
import { type AnyKind, kinds, type PortOf, type ServiceName, type ServicesConfig } from './services.ts';
import { startOrder } from './startOrder.ts';
import { whenStaked } from './whenStaked.ts';

export interface NodeOptions extends Omit<KernelOptions, 'roles'> {
  /** Those that are on, with their settings. */
  services: ServicesConfig;
}

/** A node with its services running. */
export interface KoinonNode {
  kernel: Kernel;
  ports: NodePorts;
  /** Bits of `roles` that the registry is to have. */
  roles: number;
  /** Those that are on, in the order in which they were started. */
  services: readonly Service[];
  isOn(name: ServiceName): boolean;
  /** What a service that is on can be asked. Throws `K_SERVICE_OFF`. */
  port<N extends ServiceName>(name: N): PortOf<N>;
  /** Goes on with what an earlier life left unfinished. Call it once the network is started. */
  takeUp(): void;
  stop(): Promise<void>;
}

/**
 * A configuration becomes a list of services over the ports: each is started after those it needs, and stopped before them.
 * The caller starts the network and then calls `takeUp`. Where stake comes to a node that runs without the court, its court is
 * started by itself. Throws `K_SERVICE_NEEDS`, `K_COURT_NEEDED`, `K_LOG_BEHIND`.
 */
export async function createNode(
  given: NodePorts,
  options: NodeOptions,
  shippedPrograms: ReadonlyMap<string, Uint8Array>,
): Promise<KoinonNode> {
  const on = startOrder(kinds.filter(({ name }) => options.services[name]));
  await requireAnswering(given, options.services);
  const roles = rolesOfServices(options.services);
  const kernel = await startKernel(given, { ...options, roles }, shippedPrograms);
  const ports = new Map<string, unknown>();
  const services: Service[] = [];
  let unwatch: () => void = () => undefined;
  const stop = async (): Promise<void> => {
    unwatch();
    const failures: unknown[] = [];
    // One that does not end well keeps none of the others from ending.
    for (const part of [...services.splice(0).reverse(), kernel]) {
      await part.stop().catch(error => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  };
  const start = ({ name, needs, uses, settings, create }: AnyKind): Service => {
    const named = [...ports].filter(([other]) => needs.includes(other) || uses.includes(other));
    const own = options.services[name] ?? settings.parse({});
    const service = create(own)({ ...kernel, ...Object.fromEntries(named) });
    services.push(service);
    ports.set(name, service.port);
    return service;
  };
  try {
    for (const kind of on) start(kind);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ kernel, roles, stop },
    ports: kernel.ports,
    services,
    isOn: name => ports.has(name),
    port: name => {
      if (ports.has(name)) return ports.get(name) as never;
      throw off(name);
    },
    takeUp: () => {
      kernel.takeUp();
      for (const service of services) service.takeUp();
      if (ports.has('court')) return;
      unwatch = whenStaked(kernel.ports, () => {
        if (!ports.has('court')) start(kinds.find(({ name }) => name === 'court')!).takeUp();
      });
    },
  };
}

/** Bits of `roles` that the registry is to have of a node that runs these services. */
export function rolesOfServices(config: ServicesConfig): number {
  return kinds.reduce((mask, { name, roles }) => {
    const settings = config[name];
    return settings ? mask | roles(settings) : mask;
  }, 0);
}

/** Throws `K_COURT_NEEDED` where stake can be lost, be it on its way out, and nobody would answer for it. */
async function requireAnswering({ chain, signer }: NodePorts, config: ServicesConfig): Promise<void> {
  if (config.court) return;
  const stake = await chain.nodes.slashable(signer.address);
  if (stake === 0n) return;
  throw new KoinonError({
    code: 'K_COURT_NEEDED',
    message:
      'This node has stake that the court can take, and the service "court" is off: nobody would answer on chain.',
    fault: 'user',
    data: { stake: stake.toString() },
    next: 'Add "court": {} to "services" in config.json until the stake is withdrawn.',
  });
}

function off(name: string): KoinonError {
  return new KoinonError({
    code: 'K_SERVICE_OFF',
    message: `The service "${name}" is off on this node.`,
    fault: 'user',
    data: { service: name },
    next: `Add "${name}": {} to "services" in config.json, and start the node again.`,
  });
}
