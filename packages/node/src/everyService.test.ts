import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Part, withNetwork } from './testing/seededNetwork.ts';
import { type ServedNode, serveMember } from './testing/servedNode.ts';

const parts: readonly Part[] = [
  {
    name: 'alpha',
    roles: ['custody', 'provide', 'audit', 'gateway'],
    stake: 10n ** 21n,
    services: { names: { name: 'alpha' } },
  },
  { name: 'stranger', roles: ['gateway'], stake: 0n },
];

const namesOf = async (served: ServedNode) => {
  const said = (await (await served.ask('/api/names')).json()) as {
    names: { node: string; owner: string; name: string }[];
  };
  return said.names;
};
const post = ({ ask }: ServedNode, body: unknown, token: boolean) =>
  ask('/api/names', {
    ...{ method: 'POST', body: JSON.stringify(body), token },
    headers: { 'content-type': 'application/json' },
  });

test('a node with every service stakes, names itself, is renamed, and starts again', () =>
  withNetwork(
    44,
    async network => {
      const served = serveMember(network.member('alpha'));
      const self = network.member('alpha').operator;
      const named = () => namesOf(served);
      assert.deepEqual(await network.until(named), [{ node: self, owner: self, name: 'alpha' }]);

      assert.equal((await post(served, { name: 'beta' }, false)).status, 401);
      for (const bad of ['Beta', 'a--b', '-a', 'x'.repeat(33)]) {
        const refused = await post(served, { name: bad }, true);
        assert.equal(refused.status, 400);
        assert.match(await refused.text(), /a name has up to 32 characters: a to z, 0 to 9/);
      }
      const { operator: node } = network.member('stranger');
      const stranger = await post(served, { name: 'beta', node }, true);
      assert.equal(stranger.status, 400);
      assert.match(await stranger.text(), /Name it from a node whose operator key is the owner of that node/);
      assert.equal((await post(served, { name: 'beta' }, true)).status, 200);
      assert.deepEqual(await named(), [{ node: self, owner: self, name: 'beta' }]);
      assert.equal((await post(served, { name: '' }, true)).status, 200);
      assert.deepEqual(await named(), []);

      // Another life on the same disk and chain: it calls itself as it is told.
      await network.crash('alpha');
      const again = serveMember(await network.start('alpha'));
      assert.equal((await network.until(() => namesOf(again)))[0]?.name, 'alpha');
    },
    parts,
  ));
