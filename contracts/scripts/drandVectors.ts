// Writes vectors/drand.json: node contracts/scripts/drandVectors.ts [--check]. A real round of quicknet, and a network
// with a known key, of which there can be as many rounds as a test needs; all computed by another implementation than
// the contract's.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bytesToHex, concat, type Hex, hexToBytes, sha256, stringToHex, toHex } from 'viem';
import { contractsFolder } from './foundry.ts';

const DST = 'BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_';
/** The tag under which RFC 9380, appendix J.9.1, hashes to G1. */
const RFC_DST = 'QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_';
const { G1, G2 } = bls12_381;
type G1Point = InstanceType<typeof G1.Point>;
type G2Point = InstanceType<typeof G2.Point>;

/** The group's order is far above any hash of 255 bits; known to everybody, so of no use but here. */
const TEST_SECRET = BigInt(sha256(stringToHex('koinon test network'))) >> 1n;
const TEST_ROUNDS = [1n, 2n, 3n, 4n, 123n, 2n ** 32n, 2n ** 64n - 1n];

const quicknet = {
  source: 'drand quicknet, League of Entropy; public values',
  chainHash: '0x52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971',
  periodSeconds: 3,
  genesisTime: 1_692_803_367,
  publicKey:
    '0x83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a',
} as const;
const quicknetRounds = new Map<bigint, Hex>([
  [
    123n,
    '0xb75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92',
  ],
]);

const field = (value: bigint, size: 48 | 64) => toHex(value, { size });
const g1Bytes = (point: G1Point, size: 48 | 64): Hex => {
  const { x, y } = point.toAffine();
  return concat([field(x, size), field(y, size)]);
};
const g2Bytes = (point: G2Point): Hex => {
  const { x, y } = point.toAffine();
  return concat([x.c0, x.c1, y.c0, y.c1].map(value => field(value, 64)));
};
const hashToG1 = (message: Hex, dst: string): G1Point =>
  G1.hashToCurve(hexToBytes(message), { DST: dst }) as G1Point;
const messageOf = (round: bigint): Hex => sha256(toHex(round, { size: 8 }));

function roundVector(round: bigint, signature: G1Point) {
  const compressed = bytesToHex(signature.toBytes(true));
  return {
    round: round.toString(),
    message: messageOf(round),
    messagePoint: g1Bytes(hashToG1(messageOf(round), DST), 64),
    signature: compressed,
    proof: g1Bytes(signature, 48),
    randomness: sha256(compressed),
  };
}

const content = {
  about:
    'Rounds of drand (scheme bls-unchained-g1-rfc9380). message = sha256(be64 round); messagePoint = its hash to G1; proof = the signature as x, y of 48 bytes; randomness = sha256(signature). publicKeyPoint and messagePoint as EIP-2537 writes them.',
  dst: DST,
  quicknet: {
    ...quicknet,
    publicKeyPoint: g2Bytes(G2.Point.fromHex(quicknet.publicKey.slice(2)) as G2Point),
    rounds: [...quicknetRounds].map(([round, signature]) =>
      roundVector(round, G1.Point.fromHex(signature.slice(2)) as G1Point),
    ),
  },
  testNetwork: {
    secretKey: toHex(TEST_SECRET, { size: 32 }),
    publicKey: bytesToHex(G2.Point.BASE.multiply(TEST_SECRET).toBytes(true)),
    publicKeyPoint: g2Bytes(G2.Point.BASE.multiply(TEST_SECRET) as G2Point),
    rounds: TEST_ROUNDS.map(round =>
      roundVector(round, hashToG1(messageOf(round), DST).multiply(TEST_SECRET) as G1Point),
    ),
  },
  hashToG1: {
    source: 'RFC 9380, appendix J.9.1',
    dst: RFC_DST,
    cases: ['', 'abc', 'abcdef0123456789'].map(message => ({
      message: stringToHex(message),
      point: g1Bytes(hashToG1(stringToHex(message), RFC_DST), 64),
    })),
  },
};

const path = join(contractsFolder, '..', 'vectors', 'drand.json');
const text = `${JSON.stringify(content, null, 1)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (readFileSync(path, 'utf8') !== text) {
  console.error(
    'vectors/drand.json is not what its script gives. Run: node contracts/scripts/drandVectors.ts',
  );
  process.exit(1);
}
