import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isCode } from '../../test/support.ts';
import { logLeafData, logLeafHash } from '../logEntry.ts';
import { consistencyProof, inclusionProof } from '../merkle/proof.ts';
import { leafHash, memorySubtrees, rangeRoot, rootOf } from '../merkle/tree.ts';
import { decodeEntryBundle, encodeEntryBundle } from './entryBundle.ts';
import { decodeTile, encodeTile, subtreesOfTiles, TILE_WIDTH, tileWidth } from './tile.ts';
import { parseTilePath, type TileName, tilePath } from './tilePath.ts';

test('paths are those of the specification', () => {
  assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067');
  assert.equal(tilePath({ level: 0, index: 0, width: 256 }), 'tile/0/000');
  assert.equal(tilePath({ level: 1, index: 0, width: 17 }), 'tile/1/000.p/17');
  assert.equal(tilePath({ level: 'entries', index: 273, width: 112 }), 'tile/entries/273.p/112');
  assert.equal(tilePath({ level: 63, index: 1_000, width: 1 }), 'tile/63/x001/000.p/1');
});

test('a tree of 70,000 has the tiles the specification counts', () => {
  const count = (level: number): number[] => {
    const widths: number[] = [];
    for (let index = 0; tileWidth(level, index, 70_000) > 0; index++)
      widths.push(tileWidth(level, index, 70_000));
    return widths;
  };
  assert.deepEqual([count(0).length, count(0).at(-1)], [274, 112]);
  assert.deepEqual(count(1), [256, 17]);
  assert.deepEqual(count(2), [1]);
  assert.deepEqual(count(3), []);
  assert.deepEqual([tileWidth(0, 0, 256), tileWidth(1, 0, 256), tileWidth(1, 0, 255)], [256, 1, 0]);
});

const tileName: fc.Arbitrary<TileName> = fc.record({
  level: fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
  index: fc.maxSafeNat(),
  width: fc.integer({ min: 1, max: 256 }),
});

test('a path names its tile and no other text does', () => {
  fc.assert(fc.property(tileName, name => assert.deepEqual(parseTilePath(tilePath(name)), { ...name })));
  for (const bad of [
    '',
    'tile/0',
    'tile/0/0',
    'tile/0/00',
    'tile/0/0000',
    'tile/00/000',
    'tile/64/000',
    'tile/-1/000',
    'tile/0/x000/000',
    'tile/0/001/000',
    'tile/0/x001/x000',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000.p/1/',
    'tile/0/000/',
    'tile/data/000',
    '/tile/0/000',
    'tile/0/../0/000',
    'tile/0/x009/x007/x199/x254/x740/992',
  ]) {
    assert.throws(() => parseTilePath(bad), isCode('K_TILE_PATH'), bad);
  }
  fc.assert(fc.property(fc.string(), text => assert.throws(() => parseTilePath(text))));
});

test('any proof made from the tiles of a log is the one made from its leaves', () => {
  const sizes = fc.oneof(fc.integer({ min: 1, max: 1200 }), fc.constantFrom(255, 256, 257, 512, 513));
  fc.assert(
    fc.property(sizes, fc.nat(), fc.nat(), (size, a, b) => {
      const datas = Array.from({ length: size }, (_, i) => Uint8Array.of(i >> 8, i));
      const subtree = memorySubtrees(datas.map(leafHash));
      const fromTiles = subtreesOfTiles((level, index) => {
        const width = tileWidth(level, index, size);
        return decodeTile(encodeTile(subtree, { level, index, width }), width);
      });
      const index = a % size;
      const first = b % (size + 1);
      assert.deepEqual(rangeRoot(fromTiles, 0, size), rootOf(datas));
      assert.deepEqual(inclusionProof(fromTiles, index, size), inclusionProof(subtree, index, size));
      assert.deepEqual(consistencyProof(fromTiles, first, size), consistencyProof(subtree, first, size));
    }),
    { numRuns: 15 },
  );
});

test('a tile of another width than it should have is refused', () => {
  assert.throws(() => decodeTile(new Uint8Array(33), 1), isCode('K_TILE'));
  assert.throws(() => decodeTile(new Uint8Array(32), 2), isCode('K_TILE'));
  const narrow = subtreesOfTiles(() => [new Uint8Array(32)]);
  assert.throws(() => narrow(1, 0), isCode('K_TILE'));
});

test('a bundle holds the data of leaves, and each hashes to its leaf', () => {
  const leaves = Array.from(
    { length: 3 },
    (_, i) => [`0x${`0${i}`.repeat(32)}`, `0x${`1${i}`.repeat(32)}`] as const,
  );
  const bundle = encodeEntryBundle(leaves.map(([digest, salt]) => logLeafData('Receipt', digest, salt)));
  assert.equal(bundle.length, 3 * 67);
  assert.deepEqual([...bundle.subarray(0, 3)], [0, 65, 1]);
  const entries = decodeEntryBundle(bundle);
  for (const [i, [digest, salt]] of leaves.entries()) {
    assert.deepEqual(leafHash(entries[i]!), logLeafHash('Receipt', digest, salt));
  }
});

test('bundles go there and back; cut ones are refused', () => {
  const entry = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), entries => {
      const bundle = encodeEntryBundle(entries);
      assert.deepEqual(decodeEntryBundle(bundle), entries);
      assert.throws(() => decodeEntryBundle(bundle.subarray(0, -1)), isCode('K_ENTRY_BUNDLE'));
    }),
  );
  assert.throws(() => encodeEntryBundle([new Uint8Array(65_536)]), isCode('K_ENTRY_BUNDLE'));
  const many = encodeEntryBundle(Array.from({ length: TILE_WIDTH + 1 }, () => new Uint8Array()));
  assert.throws(() => decodeEntryBundle(many), isCode('K_ENTRY_BUNDLE'));
});
