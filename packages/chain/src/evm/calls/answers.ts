import type { AuditReport, ExecutionOpening, Hex } from '@koinon/protocol';
import { decodeAbiParameters, encodeAbiParameters } from 'viem/utils';
import type { Place } from '../../port/court.ts';

const bytes32 = { type: 'bytes32' } as const;
const uint64 = { type: 'uint64' } as const;
const path = { name: 'path', type: 'bytes32[]' } as const;
const opening = {
  type: 'tuple',
  components: [
    { name: 'salt', ...bytes32 },
    { name: 'exitCode', type: 'uint32' },
    { name: 'fuel', ...uint64 },
    { name: 'rawOutput', ...bytes32 },
    { name: 'trace', ...bytes32 },
  ],
} as const;
const place = {
  type: 'tuple',
  components: [{ name: 'leafSalt', ...bytes32 }, { name: 'anchorIndex', type: 'uint256' }, path],
} as const;
const report = {
  type: 'tuple',
  components: [
    { name: 'receipt', ...bytes32 },
    { name: 'auditor', type: 'address' },
    { name: 'execution', ...bytes32 },
    { name: 'verdict', type: 'uint8' },
    { name: 'draw', ...bytes32 },
    { name: 'logIndex', ...uint64 },
    { name: 'anchorBy', ...uint64 },
  ],
} as const;
const signature = {
  type: 'tuple',
  components: [
    { name: 'r', ...bytes32 },
    { name: 'vs', ...bytes32 },
  ],
} as const;

/** What answers each kind of demand, as ICourt.Demanded says. */
export const encodeAnswer = {
  inclusion: (where: Place): Hex => encodeAbiParameters([place], [where]),
  opening: (what: ExecutionOpening): Hex => encodeAbiParameters([opening], [what]),
  trace: (what: { opening: ExecutionOpening; count: bigint; root: Hex; path: Hex[] }): Hex =>
    encodeAbiParameters([opening, uint64, bytes32, path], [what.opening, what.count, what.root, what.path]),
  report: (message: AuditReport, signed: { r: Hex; vs: Hex }): Hex =>
    encodeAbiParameters([report, signature], [message, signed]),
};

const PATH_MAX = 64;

/** What an answer to a demand for a trace shows: steps in all, the root, and its path; undefined for other bytes. */
export function decodeTraceAnswer(
  answer: Hex,
): { count: bigint; root: Hex; path: readonly Hex[] } | undefined {
  try {
    const [opened, count, root, hashes] = decodeAbiParameters([opening, uint64, bytes32, path], answer);
    const again = encodeAbiParameters([opening, uint64, bytes32, path], [opened, count, root, hashes]);
    return again === answer.toLowerCase() && hashes.length <= PATH_MAX
      ? { count, root, path: hashes }
      : undefined;
  } catch {
    return undefined;
  }
}
