import { utf8 } from '@koinon/protocol';

/** A protobuf message as its fields; unlike the gate's own writer it can spell the same thing in many ways. */
export type Item = readonly [field: number, value: Message | Uint8Array | string | bigint | Float];
export type Message = readonly Item[];
/** A float32 that is not packed. */
export interface Float {
  float: number;
}

/** How a message is spelled: fields in which order, varints in how many bytes, floats packed or not. */
export interface Spelling {
  /** A whole number from 0 to below `count`. */
  pick(count: number): number;
}
/** Shortest form, ascending as written. */
export const PLAIN: Spelling = { pick: () => 0 };

export function encode(message: Message, spelling: Spelling = PLAIN): Uint8Array {
  const parts = shuffled(message, spelling).flatMap(([field, value]) => item(field, value, spelling));
  return concat(parts);
}

/** Repeated floats or integers: field by field, or packed into one. */
export function repeated(
  field: number,
  values: readonly (number | bigint)[],
  isFloat: boolean,
  { pick }: Spelling,
): Item[] {
  if (pick(2) === 0) {
    return values.map(value => [field, isFloat ? { float: Number(value) } : BigInt(value)]);
  }
  if (!isFloat) return [[field, concat(values.map(value => varint(BigInt(value), pick(3))))]];
  const packed = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) packed.setFloat32(4 * i, Number(value), true);
  return [[field, new Uint8Array(packed.buffer)]];
}

function item(field: number, value: Item[1], spelling: Spelling): Uint8Array[] {
  const tag = (wire: number) => varint(BigInt(field * 8 + wire), spelling.pick(3));
  if (typeof value === 'bigint') return [tag(0), varint(value, spelling.pick(3))];
  if (typeof value === 'object' && 'float' in value) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value.float, true);
    return [tag(5), bytes];
  }
  const bytes =
    typeof value === 'string'
      ? utf8.encode(value)
      : value instanceof Uint8Array
        ? value
        : encode(value as Message, spelling);
  return [tag(2), varint(BigInt(bytes.length), spelling.pick(3)), bytes];
}

/** Other orders that mean the same: fields of one number keep theirs. */
function shuffled(message: Message, { pick }: Spelling): Item[] {
  const queues = new Map<number, { items: Item[]; next: number }>();
  for (const each of message) {
    const queue = queues.get(each[0]);
    if (queue === undefined) queues.set(each[0], { items: [each], next: 0 });
    else queue.items.push(each);
  }
  const turns = message.map(([field]) => field);
  for (let i = turns.length - 1; i > 0; i--) {
    const j = i - pick(i + 1);
    [turns[i], turns[j]] = [turns[j]!, turns[i]!];
  }
  return turns.map(field => {
    const queue = queues.get(field)!;
    return queue.items[queue.next++]!;
  });
}

/** A varint with so many bytes more than it needs, ten at most. */
function varint(value: bigint, more: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  for (let i = 0; i < more && bytes.length < 10; i++) {
    bytes[bytes.length - 1]! |= 0x80;
    bytes.push(0);
  }
  return Uint8Array.from(bytes);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
