import {
  bigEndian32,
  bigEndian64,
  concatBytes,
  encodeNode,
  executionCommitment,
  fileList,
  fileListDigest,
  fromHex,
  rootOf,
  toHex,
  toWire,
  utf8,
  ZERO_32,
} from '../../src/index.ts';
import { sampleBytes, sampleHex } from './sample.ts';

const openings = [
  { salt: ZERO_32, exitCode: 0, fuel: 0n, rawOutput: ZERO_32, trace: ZERO_32 },
  { salt: ZERO_32, exitCode: 0, fuel: 123_456_789n, rawOutput: sampleHex('raw'), trace: sampleHex('trace') },
  {
    salt: sampleHex('salt'),
    exitCode: 2 ** 32 - 1,
    fuel: 2n ** 64n - 1n,
    rawOutput: sampleHex('other raw'),
    trace: sampleHex('other trace'),
  },
];

const fileSets: Array<Array<[string, Uint8Array]>> = [
  [],
  [['model.onnx', sampleBytes('model', 50)]],
  [
    ['b', new Uint8Array()],
    ['metrics.json', utf8.encode('{"rows":1}')],
    ['a.b', sampleBytes('a.b', 5)],
    ['B', Uint8Array.of(1)],
  ],
];

/** What receipts say about executions: the commitment, the digest of the outputs, the trace root. */
export function executionVectors() {
  return {
    about:
      'execution = sha256(salt, be32 exitCode, be64 fuel, rawOutput, trace); rawOutput = sha256 of the dag-cbor of the list of files sorted by name; trace = RFC 6962 root whose leaf data are the state roots.',
    openings: openings.map(opening => ({
      opening: toWire(opening),
      preimage: toHex(
        concatBytes(
          fromHex(opening.salt),
          bigEndian32(opening.exitCode),
          bigEndian64(opening.fuel),
          fromHex(opening.rawOutput),
          fromHex(opening.trace),
        ),
      ),
      execution: executionCommitment(opening),
    })),
    fileLists: fileSets.map(files => {
      const entries = fileList(new Map(files));
      return {
        files: files.map(([name, bytes]) => ({ name, bytes: toHex(bytes) })),
        cbor: toHex(encodeNode(entries.map(entry => ({ ...entry, sha256: fromHex(entry.sha256) })))),
        rawOutput: fileListDigest(entries),
      };
    }),
    traces: [1, 2, 3, 7].map(steps => {
      const stateRoots = Array.from({ length: steps }, (_, i) => sampleHex(`state ${i}`));
      return { stateRoots, trace: toHex(rootOf(stateRoots.map(fromHex))) };
    }),
  };
}
