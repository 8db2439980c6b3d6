import {
  chunkListOf,
  cidOfBlob,
  cidOfBytes,
  cidOfNode,
  contentRoot,
  digestOfCid,
  encodeChunkList,
  encodeNode,
  type LoggedType,
  leafHash,
  logEntryTypes,
  logLeafData,
  toHex,
} from '../../src/index.ts';
import { sampleBytes, sampleHex } from './sample.ts';

/** Bytes of a large blob: byte i is (i + i / 2^20) mod 251. */
export function largeBytes(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i + (i >>> 20)) % 251);
}

const nodes: unknown[] = [
  null,
  {},
  [1, -1, 0.5, 2 ** 53 - 1, true, false, null, 'κοινόν'],
  { b: 1, a: { z: [], y: '' }, aa: 2 },
];

/** Names of blobs and structures, leaves of logs, content roots of datasets. */
export function idVectors() {
  return {
    about: 'CIDv1 sha2-256 base32 of raw blobs and of canonical dag-cbor; log leaves; content roots.',
    blobs: [new Uint8Array(), Uint8Array.of(0), sampleBytes('blob', 100)].map(bytes => ({
      bytes: toHex(bytes),
      cid: cidOfBlob(bytes),
      digest: digestOfCid(cidOfBlob(bytes)),
    })),
    nodes: nodes.map(value => ({
      value,
      cbor: toHex(encodeNode(value)),
      cid: cidOfNode(value),
      digest: digestOfCid(cidOfNode(value)),
    })),
    large: [2 ** 20, 2 ** 20 + 1, 2.5 * 2 ** 20].map(size => {
      const bytes = largeBytes(size);
      const isList = size > 2 ** 20;
      return {
        rule: 'byte i is (i + floor(i / 2^20)) mod 251',
        size,
        cid: cidOfBytes(bytes),
        chunkList: isList ? toHex(encodeChunkList(chunkListOf(bytes))) : null,
      };
    }),
    logLeaves: (Object.keys(logEntryTypes) as LoggedType[]).map(type => {
      const digest = sampleHex(`digest ${type}`);
      const salt = sampleHex(`salt ${type}`);
      const data = logLeafData(type, digest, salt);
      return {
        type,
        typeByte: logEntryTypes[type],
        digest,
        salt,
        data: toHex(data),
        leafHash: toHex(leafHash(data)),
      };
    }),
    contentRoots: [0, 1, 1024, 1025, 5000].map(size => {
      const salt = sampleBytes(`content salt ${size}`);
      return {
        rule: 'byte i is (i + floor(i / 2^20)) mod 251',
        size,
        salt: toHex(salt),
        root: contentRoot(largeBytes(size), salt),
      };
    }),
  };
}
