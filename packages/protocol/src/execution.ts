import { z } from 'zod';
import { bigEndian32, bigEndian64, fromHex, type Hex, sha256, toHex } from './bytes.ts';
import { encodeNode } from './codec.ts';
import { ascending } from './exactly.ts';
import { bytes32, fileName, smallUint, uint } from './schema.ts';

/** What a manifest's execution came to; everything here follows from the manifest alone and can be replayed. */
export const executionOpeningSchema = z.strictObject({
  /** 32 zero bytes for public orders; random for private ones, where the rest would carry rows out. */
  salt: bytes32,
  /** The program's own code, or a reserved one for traps (docs/runtime-profile.md). */
  exitCode: smallUint(32),
  fuel: uint(64),
  /** `fileListDigest` of the outputs as the program wrote them, before the gate. */
  rawOutput: bytes32,
  /** RFC 6962 root over the state roots after each step. */
  trace: bytes32,
});
export type ExecutionOpening = z.infer<typeof executionOpeningSchema>;

/** The commitment a receipt carries: sha256(salt ‖ be32 exitCode ‖ be64 fuel ‖ rawOutput ‖ trace). */
export function executionCommitment(opening: ExecutionOpening): Hex {
  return toHex(
    sha256(
      fromHex(opening.salt),
      bigEndian32(opening.exitCode),
      bigEndian64(opening.fuel),
      fromHex(opening.rawOutput),
      fromHex(opening.trace),
    ),
  );
}

export const fileEntrySchema = z.strictObject({
  name: fileName,
  size: z.number().int().nonnegative().safe(),
  sha256: bytes32,
});
export type FileEntry = z.infer<typeof fileEntrySchema>;

/** The files by name with size and digest, sorted by name (code units). */
export function fileList(files: ReadonlyMap<string, Uint8Array>): FileEntry[] {
  return [...files]
    .map(([name, bytes]) => ({ name, size: bytes.length, sha256: toHex(sha256(bytes)) }))
    .sort((a, b) => ascending(a.name, b.name));
}

/** One digest for a set of files: sha256 of the dag-cbor of their sorted list. */
export function fileListDigest(entries: readonly FileEntry[]): Hex {
  const sorted = [...entries].sort((a, b) => ascending(a.name, b.name));
  return toHex(
    sha256(encodeNode(sorted.map(({ name, size, sha256 }) => ({ name, size, sha256: fromHex(sha256) })))),
  );
}

/** What one step came to: where the program stands after it and, after the last one, what it ended with. */
export interface StepOutcome {
  /** State root after the step (docs/runtime-profile.md). */
  stateRoot: Hex;
  /** Present after the last step only. */
  end?: Pick<ExecutionOpening, 'exitCode' | 'fuel' | 'rawOutput'>;
}

/** What jurors vote with: sha256 of stateRoot ‖ u8 isLast ‖ be32 exitCode ‖ be64 fuel ‖ rawOutput, the last three zero unless last. */
export function stepOutcomeDigest({ stateRoot, end }: StepOutcome): Hex {
  return toHex(
    sha256(
      fromHex(stateRoot),
      Uint8Array.of(end ? 1 : 0),
      bigEndian32(end?.exitCode ?? 0),
      bigEndian64(end?.fuel ?? 0n),
      end ? fromHex(end.rawOutput) : new Uint8Array(32),
    ),
  );
}
