import { weightsOf } from '@koinon/privacy';
import {
  decodeManifest,
  decodeNode,
  drawAuditors,
  drawId,
  logLeafHash,
  manifestSchema,
  messageSchema,
  recoverDigestSigner,
  statementDigest,
  termsDigest,
  toHex,
  toWire,
} from '@koinon/protocol';
import { checkPassport } from './checkPassport.ts';
import { fetchNamed } from './nodeSources.ts';
import { proofLevels } from './proofLevels.ts';
import type { Cell, Check, Questions, Statement } from './questions.ts';
import { replayStepHere } from './replayStep.ts';

/** Where a long answer says how far it is. */
export interface Told {
  check(check: Check): void;
  note(text: string): void;
}

export const answers: {
  [Q in keyof Questions]: (args: Questions[Q]['args'], told: Told) => Promise<Questions[Q]['answer']>;
} = {
  manifest: async ({ cid }) => plain(decodeManifest(await fetchNamed(cid))) as Record<string, unknown>,
  structure: async ({ cid }) => plain(decodeNode(await fetchNamed(cid))),
  statement: async statement => {
    const digest = digestOf(statement);
    return { digest, signer: await recoverDigestSigner(digest, statement.signed.signature) };
  },
  inclusion: async ({ statement, inclusion }) => {
    const leaf = leafOf(statement, inclusion.leafSalt);
    return { leaf: toHex(leaf), ...proofLevels(leaf, inclusion) };
  },
  lot: async ({ receipt, leafSalt, choice }) => {
    const leaf = leafOf(receipt, leafSalt);
    const candidates = choice.candidates.map(({ operator, stake }) => ({ operator, stake: BigInt(stake) }));
    const draw = drawId(choice.beacon, leaf);
    return { auditors: drawAuditors(draw, candidates, BigInt(choice.total))?.auditors ?? [], draw };
  },
  step: (args, told) => replayStepHere(args, told),
  description: async ({ model }) => {
    const { inspectModel } = await import('@koinon/executors/onnx');
    return inspectModel(await fetchNamed(model));
  },
  rows: async ({ table, limit }) => {
    const { decodeTable } = await import('@koinon/tabular');
    const { rows, columns } = decodeTable(await fetchNamed(table));
    const cell = (column: (typeof columns)[number], row: number): Cell => {
      if (column.type === 'category') return column.dictionary[column.codes[row]!] ?? null;
      const value = column.values[row]!;
      return Number.isNaN(value) ? null : value;
    };
    return Array.from({ length: Math.min(rows, limit) }, (_, row) =>
      Object.fromEntries(columns.map(column => [column.name, cell(column, row)])),
    );
  },
  terms: async ({ manifest }) => termsDigest(manifestSchema.parse({ ...manifest, seed: new Uint8Array(32) })),
  weights: async ({ base64, description, target }) =>
    weightsOf(
      Uint8Array.from(atob(base64), character => character.charCodeAt(0)),
      description,
      target,
    ) ?? [],
  passport: ({ cid }, told) => checkPassport(cid, told),
};

function digestOf({ type, signed, domains }: Statement) {
  return statementDigest(type, messageSchema(type).parse(signed.message), domains);
}

function leafOf(statement: Statement, salt: `0x${string}`): Uint8Array {
  const { type } = statement;
  if (type === 'GrantRequest') throw new Error('Requests do not stand in a log.');
  return logLeafHash(type, digestOf(statement), salt);
}

/** Bytes as hex, bigints as text: what a page can show. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
  }
  return toWire(value);
}
