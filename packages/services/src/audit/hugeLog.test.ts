import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withNetwork } from '@koinon/node/testing';
import { toHex } from '@koinon/protocol';

test('a node that anchors more entries than anybody can look through is not asked for them', async () => {
  await withNetwork(87, async network => {
    const ports = network.member('alder').node.ports;
    await ports.chain.nodes.anchor(2n ** 50n, toHex(new Uint8Array(32).fill(7)));
    const [note] = await network.until(() =>
      network
        .member('birch')
        .notes.filter(
          ({ event, facts }) => event === 'log-unfollowed' && facts['operator'] === ports.signer.address,
        ),
    );
    // Asked, it would have given what it has, and been found short.
    assert.match(String(note?.facts['reason']), /grew by \d+ entries at once/);
  });
});
