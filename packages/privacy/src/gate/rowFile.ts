import { utf8 } from '@koinon/protocol';
import { z } from 'zod';
import { gateReasons, type Passed, Withheld, withholdUnless } from './reasons.ts';

const count = z.number().int().min(0).safe();
const headerSchema = z.record(
  z.string(),
  z.strictObject({
    dtype: z.enum(['F32', 'I32']),
    shape: z.array(count).min(1).max(2),
    data_offsets: z.tuple([count, count]),
  }),
);

const KEYS = ['koinon.table', 'koinon.predictions'];

/**
 * A file of rows, where the owner's policy lets rows out at all: a whole safetensors file, its tensors side by side,
 * and no metadata but Koinon's own. What the rows say is the owner's decision, not the gate's.
 */
export function passRowFile(bytes: Uint8Array): Passed {
  withholdUnless(bytes.length >= 8, gateReasons.schema);
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  withholdUnless(headerLength <= BigInt(bytes.length - 8), gateReasons.schema);
  const start = 8 + Number(headerLength);
  const tensors = Object.values(readHeader(bytes.subarray(8, start)))
    .map(({ shape, data_offsets: [begin, end] }) => ({ begin, end, size: shape.reduce((a, b) => a * b, 4) }))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  for (const { begin, end, size } of tensors) {
    withholdUnless(begin === next && end - begin === size, gateReasons.schema);
    next = end;
  }
  withholdUnless(next === bytes.length - start, gateReasons.schema);
  return { bytes, reasons: [] };
}

function readHeader(bytes: Uint8Array): z.infer<typeof headerSchema> {
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(bytes));
  } catch {
    throw new Withheld(gateReasons.schema);
  }
  withholdUnless(typeof json === 'object' && json !== null && !Array.isArray(json), gateReasons.schema);
  const { __metadata__: metadata, ...rest } = json as Record<string, unknown>;
  const parsed = headerSchema.safeParse(rest);
  withholdUnless(parsed.success && (metadata === undefined || isOurs(metadata)), gateReasons.schema);
  return parsed.data;
}

function isOurs(metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null) return false;
  const entries = Object.entries(metadata);
  return (
    entries.length === 1 && entries.every(([key, value]) => KEYS.includes(key) && typeof value === 'string')
  );
}
