/** Value types, by their byte in the binary format. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;
export const FUNCREF = 0x70;
const EXTERNREF = 0x6f;

export type ValueType = number;

export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

export function isValueType(byte: number): boolean {
  return (byte >= V128 && byte <= I32) || isReference(byte);
}

export function isReference(byte: number): boolean {
  return byte === FUNCREF || byte === EXTERNREF;
}

/** Whether values of this type can carry the bits of a NaN. */
export function isFloating(type: ValueType): boolean {
  return type === F32 || type === F64 || type === V128;
}

/** 8-byte slots a value of this type takes in a frame. */
export function slotsOf(type: ValueType): number {
  return type === V128 ? 2 : 1;
}

export const TYPE_NAMES: Readonly<Record<number, string>> = {
  [I32]: 'i32',
  [I64]: 'i64',
  [F32]: 'f32',
  [F64]: 'f64',
  [V128]: 'v128',
  [FUNCREF]: 'funcref',
  [EXTERNREF]: 'externref',
};

/** `wasm` text spelling of a signature, for errors. */
export function signature(type: FunctionType): string {
  const list = (types: readonly ValueType[]) => types.map(t => TYPE_NAMES[t]).join(', ');
  return `(${list(type.params)}) -> (${list(type.results)})`;
}
