import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobEvidence, Passport } from '../api/answers.ts';
import { NODE, passportGraph } from './graphLayout.ts';

const job = (provider: string, auditor?: string) =>
  ({
    manifest: 'm',
    grant: { message: { uses: 1 }, signature: '0x' },
    receipt: { message: { provider }, signature: '0x' },
    audits: auditor ? [{ report: { message: { auditor } } }] : [],
  }) as unknown as JobEvidence;

const passportOf = (evaluations: number) =>
  ({
    name: 'heart-risk',
    model: 'bafy',
    datasets: [{ id: '1', custodian: '0xc0' }],
    training: job('0xc0', '0xa0'),
    evaluations: Array.from({ length: evaluations }, () => ({
      data: 'bafk',
      predictions: job('0xb0'),
      metrics: job('0xb0', '0xa1'),
    })),
  }) as unknown as Passport;

for (const isNarrow of [false, true]) {
  for (const evaluations of [0, 1, 3]) {
    test(`${isNarrow ? 'top down' : 'left to right'} with ${evaluations} evaluations no two boxes touch and all are inside`, () => {
      const { nodes, edges, width, height } = passportGraph(passportOf(evaluations), true, isNarrow);
      assert.equal(nodes.length, 5 + 3 * evaluations);
      for (const [i, a] of nodes.entries()) {
        assert.ok(a.x >= 0 && a.y >= 0 && a.x + NODE.width <= width && a.y + NODE.height <= height);
        for (const b of nodes.slice(i + 1)) {
          const isApart = Math.abs(a.x - b.x) >= NODE.width || Math.abs(a.y - b.y) >= NODE.height;
          assert.ok(isApart, `${a.id} and ${b.id}`);
        }
      }
      const ids = new Set(nodes.map(({ id }) => id));
      assert.ok(edges.every(({ from, to }) => ids.has(from) && ids.has(to)));
    });
  }
}

test('a job says who did it and who replayed it, or that nobody did', () => {
  const { nodes } = passportGraph(passportOf(1), false, false);
  const lines = (id: string) => nodes.find(node => node.id === id)?.lines.join(' ');
  assert.equal(lines('training'), 'by 0xc0 ✓ replayed by 0xa0');
  assert.match(lines('predictions-0') ?? '', /not checked by anybody/);
  assert.match(lines('chain') ?? '', /not registered/);
});
