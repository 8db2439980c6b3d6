import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { devAccount } from '@koinon/chain/devnet';
import { type EvmWorld, evmWorld, simulatedClock } from '@koinon/chain/testing';
import { Agenda, type NodePorts } from '@koinon/kernel';
import { peerIdOfKey } from '@koinon/network';
import { column, Database } from '@koinon/store';
import { sqliteFile } from '@koinon/store/disk';
import { z } from 'zod';
import { NodeNames } from './nodeNames.ts';
import { names } from './service.ts';

interface Note {
  event: string;
  facts: Record<string, unknown>;
}

interface Bench {
  world: EvmWorld;
  database: Database;
  /** One life of the service with this name, until it has nothing left to do: what it noted. */
  live(name: string | undefined): Promise<Note[]>;
  nameOf(): Promise<string | undefined>;
}

const countSchema = z.object({ n: column.integer });
const SELF = 1;
const OTHER = 2;

/** The service by itself on one disk, on a node whose owner is that account. */
async function onBench(owner: number, body: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-names-'));
  const world = await evmWorld();
  const clock = simulatedClock();
  const database = new Database(sqliteFile(join(folder, 'names.sqlite')));
  const chain = world.as(SELF);
  try {
    await chain.nodes.register({
      ...{ peerId: peerIdOfKey(devAccount(SELF).privateKey), roles: 0, owner: world.account(owner) },
    });
    await body({
      ...{ world, database },
      nameOf: () => new NodeNames(chain).nameOf(world.account(SELF)),
      live: async name => {
        const notes: Note[] = [];
        const journal = { note: (event: string, facts = {}) => void notes.push({ event, facts }) };
        const agenda = new Agenda({ database, clock, watchBlocks: () => () => undefined });
        // Nothing else of a node is there: what it touched beyond these would be undefined.
        const ports = { chain, signer: world.signer(SELF), journal } as unknown as NodePorts;
        const service = names({ name })({ ports, agenda });
        agenda.takeUp();
        service.takeUp();
        const left = () => database.get('SELECT count(*) AS n FROM agenda', countSchema)!.n;
        while (left() > 0) await new Promise(resolve => setImmediate(resolve));
        await service.stop();
        await agenda.stop();
        return notes;
      },
    });
  } finally {
    database.close();
    await world.close();
    rmSync(folder, { recursive: true });
  }
}

test('a node names itself as it is told, once: a further start sends nothing', () =>
  onBench(SELF, async ({ world, live, nameOf }) => {
    const [note, ...more] = await live('alpha');
    assert.equal(note?.event, 'node-named');
    assert.deepEqual(more, []);
    assert.equal(await nameOf(), 'alpha');
    const { number } = world.chain.head();
    assert.deepEqual(await live('alpha'), []);
    assert.equal(world.chain.head().number, number);
  }));

test('a changed configuration renames the node, and one that names nothing leaves its name', () =>
  onBench(SELF, async ({ live, nameOf }) => {
    await live('alpha');
    await live(undefined);
    assert.equal(await nameOf(), 'alpha');
    await live('beta');
    assert.equal(await nameOf(), 'beta');
  }));

test('where another owns the node it says so, gives up, and tries again at the next start', () =>
  onBench(OTHER, async ({ world, live, nameOf }) => {
    const { number } = world.chain.head();
    const notes = await live('alpha');
    assert.deepEqual(
      notes.map(({ event, facts }) => [event, facts['isLast']]),
      [...Array(4).fill(['naming-failed', false]), ['naming-failed', true]],
    );
    assert.match(String(notes[0]!.facts['reason']), /not owner/i);
    assert.equal(await nameOf(), undefined);
    assert.equal(world.chain.head().number, number, 'a refusal costs nothing');
    assert.equal((await live('alpha')).length, 5);
  }));

test('what an earlier life was told to name it is forgotten when the configuration says otherwise', () =>
  onBench(SELF, async ({ world, database, live }) => {
    await live(undefined);
    database.run(`INSERT INTO agenda VALUES ('names', 'alpha', NULL, NULL, NULL, 3)`);
    const { number } = world.chain.head();
    assert.deepEqual(await live(undefined), []);
    assert.equal(world.chain.head().number, number);
  }));

test('a name that another node of the owner has is given up, until another is told', () =>
  onBench(SELF, async ({ world, live, nameOf }) => {
    const taken = world.account(OTHER);
    await world.as(OTHER).nodes.register({
      ...{ peerId: peerIdOfKey(devAccount(OTHER).privateKey), roles: 0, owner: world.account(SELF) },
    });
    await new NodeNames(world.as(SELF)).set(taken, 'alpha');
    const notes = await live('alpha');
    assert.equal(notes.at(-1)?.facts['isLast'], true);
    await live('beta');
    assert.equal(await nameOf(), 'beta');
  }));
