import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Kernel, type KernelOptions, type Service, startKernel } from '@koinon/kernel';
import fc from 'fast-check';
import { createNode, type KoinonNode, rolesOfServices } from './createNode.ts';
import { kinds, type ServiceName, type ServicesConfig, servicesSchema } from './services.ts';
import { startOrder } from './startOrder.ts';
import { type CountedPorts, countedPorts } from './testing/countedPorts.ts';

const names = kinds.map(({ name }) => name);
const TIMES = 100;

const options: Omit<KernelOptions, 'roles'> = {
  limits: { maxRunMs: 60_000, maxMemoryBytes: 2 ** 30, slots: 1, sandbox: 'available' },
  anchorDelayMs: 1_000,
  claimEveryMs: 86_400_000,
  version: '0.0.0',
};
/** Settings with which every part of a service is on. */
const full: Record<string, unknown> = {
  work: {
    terms: { token: `0x${'1'.repeat(40)}`, baseAmount: '1', gigafuelAmount: '1', maxFuel: '1000' },
  },
};
const configOf = (on: readonly ServiceName[]): ServicesConfig =>
  servicesSchema.parse(Object.fromEntries(on.map(name => [name, full[name] ?? {}])));

/** What a service that needs others is handed in their place: nothing that could be mistaken for them. */
const stubs: Partial<Record<ServiceName, unknown>> = { serving: { serve: () => assert.fail() } };

/** A node with these services, started, and what is left when it has ended. */
async function withNode(
  counted: CountedPorts,
  on: readonly ServiceName[],
  body: (node: KoinonNode) => void | Promise<void>,
): Promise<void> {
  const node = await createNode(counted.ports, { ...options, services: configOf(on) }, new Map());
  try {
    node.takeUp();
    await body(node);
  } finally {
    await node.stop();
  }
}

async function onPorts(
  body: (counted: CountedPorts) => Promise<void>,
  given?: Parameters<typeof countedPorts>[0],
): Promise<void> {
  const counted = await countedPorts(given);
  try {
    await body(counted);
  } finally {
    await counted.stop();
  }
}

/** What is told of things that happen in the kernel. */
const listenersOf = ({ evidence, monitor, workflows }: Kernel) => ({
  seenReceipts: evidence.seen.count,
  findings: monitor.faults.handlerCount,
  followers: monitor.followerCount,
  steps: workflows.changes.count,
});

const settle = () => new Promise(resolve => setImmediate(resolve));

for (const kind of kinds) {
  test(`"${kind.name}" starts alone with what it names, and a hundred times leaves nothing behind`, () =>
    onPorts(async counted => {
      const kernel = await startKernel(counted.ports, { ...options, roles: 0 }, new Map());
      const before = { ...counted.held(), ...listenersOf(kernel) };
      const tables = new Set<string>();
      const needs = Object.fromEntries(kind.needs.map(name => [name, stubs[name as ServiceName]]));
      const create = (): Service =>
        kind.create(configOf([kind.name])[kind.name])({ ...kernel, ...needs } as Kernel);
      for (let time = 0; time < TIMES; time++) {
        const service = create();
        service.takeUp();
        await settle();
        tables.add(counted.tables().join());
        assert.equal(service.name, kind.name);
        await service.stop();
      }
      await settle();
      assert.deepEqual({ ...counted.held(), ...listenersOf(kernel) }, before);
      assert.equal(tables.size, 1, 'its tables are made once');
      await kernel.stop();
    }));

  test(`a node without "${kind.name}" has nothing of it: no handler, route, metric or table`, async () => {
    const dependants = kinds.filter(({ needs }) => needs.includes(kind.name)).map(({ name }) => name);
    const rest = names.filter(name => name !== kind.name && !dependants.includes(name));
    const seen = async (on: readonly ServiceName[]) => {
      let found: string[] = [];
      await onPorts(counted =>
        withNode(counted, on, ({ services }) => {
          found = [
            ...counted.held().handlers,
            ...counted.tables().map(name => `table ${name}`),
            ...services.flatMap(({ routes = [] }) =>
              routes.map(({ route }) => `${route.method} ${route.path}`),
            ),
            ...services.flatMap(({ metrics = [] }) => metrics.map(({ name }) => name)),
          ];
        }),
      );
      return new Set(found);
    };
    const without = await seen(rest);
    const alone = [...(await seen([kind.name, ...kind.needs] as ServiceName[]))];
    const bare = await seen([]);
    const own = alone.filter(each => !bare.has(each));
    const needed = await seen(kind.needs as readonly ServiceName[]);
    const left = own.filter(each => !needed.has(each) && without.has(each));
    assert.deepEqual(left, []);
    assert.ok(own.length > 0, 'it brings something');
  });
}

test('a node with everything starts and ends a hundred times and leaves nothing behind', () =>
  onPorts(async counted => {
    const before = counted.held();
    for (let time = 0; time < TIMES; time++) {
      let kernel: Kernel | undefined;
      await withNode(counted, names, node => {
        kernel = node.kernel;
        assert.deepEqual([...node.services.map(({ name }) => name)].sort(), [...names].sort());
      });
      assert.deepEqual(listenersOf(kernel!), { seenReceipts: 0, findings: 0, followers: 0, steps: 0 });
    }
    await settle();
    assert.deepEqual(counted.held(), before);
  }));

test('services start after those they need and stop before them, in whatever order they are named', () =>
  fc.assert(
    fc.property(fc.shuffledSubarray([...kinds]), on => {
      const missing = on.some(({ needs }) => needs.some(name => !on.some(each => each.name === name)));
      if (missing) return assert.throws(() => startOrder(on), { code: 'K_SERVICE_NEEDS' });
      const order = startOrder(on);
      assert.deepEqual(new Set(order), new Set(on));
      order.forEach(({ needs, uses }, place) => {
        for (const name of [...needs, ...uses]) {
          assert.ok(!order.slice(place).some(each => each.name === name));
        }
      });
    }),
  ));

test('services that need each other in a circle are refused', () => {
  const circle = [
    { name: 'a', needs: ['b'], uses: [] },
    { name: 'b', needs: [], uses: ['a'] },
  ];
  assert.throws(() => startOrder(circle), { code: 'K_SERVICE_NEEDS' });
});

test('a configuration that names no such service, or leaves out one that another needs, is refused', async () => {
  assert.equal(servicesSchema.safeParse({ mining: {} }).success, false);
  await onPorts(async counted => {
    await assert.rejects(
      withNode(counted, ['studies'], () => undefined),
      { code: 'K_SERVICE_NEEDS' },
    );
    assert.deepEqual(counted.held().handlers, []);
  });
});

test('a node with stake does not start without the court, and one without stake does', async () => {
  await onPorts(
    async counted => {
      await assert.rejects(
        withNode(counted, ['work'], () => undefined),
        { code: 'K_COURT_NEEDED' },
      );
      await withNode(counted, ['work', 'court'], () => undefined);
    },
    { stake: 10n ** 21n },
  );
  await onPorts(counted => withNode(counted, ['work'], () => undefined));
});

test('stake on its way out needs the court until it is withdrawn, for it can still be lost', () =>
  onPorts(
    async counted => {
      const { chain, signer } = counted.ports;
      const self = signer.address;
      const start = () => withNode(counted, ['work'], () => undefined);
      await chain.nodes.requestUnstake(self, 100n);
      assert.equal((await chain.nodes.get(self))?.stake, 0n);
      await assert.rejects(start(), { code: 'K_COURT_NEEDED' });
      const { unstakeSeconds } = await chain.delays();
      counted.advance(unstakeSeconds + 1);
      await assert.rejects(start(), { code: 'K_COURT_NEEDED' });
      await chain.nodes.withdrawStake(self, self);
      await start();
    },
    { stake: 100n },
  ));

test('a service that is off is said to be off when somebody asks it', () =>
  onPorts(counted =>
    withNode(counted, ['court'], node => {
      assert.equal(node.isOn('work'), false);
      assert.throws(() => node.port('work'), { code: 'K_SERVICE_OFF' });
    }),
  ));

test('the roles of a node follow from its services', () => {
  assert.equal(rolesOfServices(configOf([])), 0);
  assert.equal(rolesOfServices(servicesSchema.parse({ work: {} })), 0, 'work under grants is no offer');
  assert.equal(rolesOfServices(configOf(names)), 1 | 2 | 4 | 16);
});

test('a service that does not end well keeps none of the others from ending', () =>
  onPorts(async counted => {
    const before = counted.held();
    const node = await createNode(counted.ports, { ...options, services: configOf(names) }, new Map());
    node.takeUp();
    const [, broken] = node.services;
    const stop = broken!.stop.bind(broken);
    broken!.stop = async () => {
      await stop();
      throw new Error('no');
    };
    await assert.rejects(node.stop(), /no/);
    await settle();
    assert.deepEqual(counted.held(), before);
  }));

test('a node without the court starts it as soon as stake comes to it, and not for anything else', () =>
  onPorts(counted =>
    withNode(counted, ['work'], async node => {
      const { nodes } = counted.ports.chain;
      await nodes.announce(['/ip4/127.0.0.1/tcp/1']);
      await settle();
      assert.equal(node.isOn('court'), false);
      await nodes.stake(counted.ports.signer.address, 10n ** 21n);
      await settle();
      assert.equal(node.isOn('court'), true);
    }),
  ));
