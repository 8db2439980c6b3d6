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

const passportOf = (evaluations: number, heldBack = 0) =>
  ({
    name: 'heart-risk',
    model: 'bafy',
    datasets: [{ id: '1', custodian: '0xc0' }],
    training: job('0xc0', '0xa0'),
    evaluations: [
      ...Array.from({ length: heldBack }, () => ({ heldBack: '1', metrics: job('0xc0', '0xa0') })),
      ...Array.from({ length: evaluations }, () => ({
        data: 'bafk',
        predictions: job('0xb0'),
        metrics: job('0xb0', '0xa1'),
      })),
    ],
  }) as unknown as Passport;

for (const isNarrow of [false, true]) {
  const kinds = [
    [0, 0],
    [1, 0],
    [3, 0],
    [0, 1],
    [2, 2],
  ] as const;
  for (const [evaluations, heldBack] of kinds) {
    test(`${isNarrow ? 'top down' : 'left to right'} with ${evaluations} evaluations on public rows and ${heldBack} on rows held back no two boxes touch and all are inside`, () => {
      const { nodes, edges, width, height } = passportGraph(
        passportOf(evaluations, heldBack),
        true,
        isNarrow,
      );
      assert.equal(nodes.length, 5 + 3 * evaluations + 2 * heldBack);
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

test('a test on rows held back is drawn from those rows, which stay where they are, and needs no predictions', () => {
  const { nodes, edges } = passportGraph(passportOf(0, 1), true, false);
  const rows = nodes.find(node => node.id === 'rows-0')!;
  assert.equal(rows.title, 'Rows held back');
  assert.equal(rows.href, '/data/1');
  assert.match(rows.lines.join(' '), /they stay there/);
  assert.ok(!nodes.some(({ id }) => id.startsWith('predictions')));
  const into = edges.filter(({ to }) => to === 'metrics-0').map(({ from }) => from);
  assert.deepEqual(into.sort(), ['model', 'rows-0']);
});
