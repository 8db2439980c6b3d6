import { fromHex, schema } from '@koinon/protocol';
import { z } from 'zod';
import { bytes32 } from '../wire.ts';

/** Given once for each member, `exclude=a&exclude=b`: names may have commas. */
const list = z
  .union([z.array(z.string().max(256)).max(1_024), z.string().max(256)])
  .transform(value => (typeof value === 'string' ? [value] : value).filter(text => text !== ''));
const flag = z.enum(['true', 'false']).transform(text => text === 'true');
const number = () => z.coerce.number<number | string>();
const share = number().min(0).max(0.9);
const whole = (min: number, max: number) => number().int().min(min).max(max);
const bits = whole(0, 2 ** 40);

/**
 * How a table is read and parted, and under which policy it is published. What is not said protects the rows: none is
 * public, no group is told, nothing leaves that is of no known class.
 */
export const publishQuery = z.object({
  name: z.string(),
  description: z.string().max(4096).default('A table in private custody.'),
  license: z.string().max(256).default('https://koinon.invalid/licenses/by-grant-only'),
  target: z.string().max(128).optional(),
  exclude: list.optional(),
  /** `age=0:120`: what a number column can hold. */
  range: list.default([]),
  publicShare: share.default(0),
  heldBackShare: share.default(0.2),
  /** From a preview: what the rows were parted by, and the yes to those that become public. */
  seed: bytes32.transform(fromHex).optional(),
  consent: bytes32.optional(),
  minGroupRows: whole(2, 1_000_000).default(10),
  /** Columns by whose words an evaluation may be told. */
  groups: list.default([]),
  weightBits: whole(4, 24).default(8),
  ratePermille: whole(1, 100).default(5),
  candidates: flag.default(true),
  /** Most bits that may leave: in one job, to one requester in a year, to all in a year, and ever. */
  bitsPerJob: bits.default(2_000),
  bitsPerRequesterYear: bits.default(10_000),
  bitsPerYear: bits.default(20_000),
  bitsTotal: bits.default(100_000),
  maxUses: whole(1, 10_000).default(10),
  amount: schema.uint(128),
  /** Price of a look at what a job would release; a tenth of `amount` unless told. */
  dryRunAmount: schema.uint(128).optional(),
  auditor: schema.address,
  maxFuel: number().int().positive().max(1e13).default(1e12),
  autoApprove: flag.default(false),
});
export type PublishQuery = z.output<typeof publishQuery>;
