import { F32, F64, type ValueType } from '../wasm/types.ts';
import type { Writer } from '../wasm/writer.ts';

const NAN32 = [0x00, 0x00, 0xc0, 0x7f];
const NAN64 = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f];

export function localGet(code: Writer, index: number): void {
  code.u8(0x20).u32(index);
}

export function localSet(code: Writer, index: number): void {
  code.u8(0x21).u32(index);
}

export function localTee(code: Writer, index: number): void {
  code.u8(0x22).u32(index);
}

export function globalGet(code: Writer, index: number): void {
  code.u8(0x23).u32(index);
}

export function globalSet(code: Writer, index: number): void {
  code.u8(0x24).u32(index);
}

/** Pushes the value of `local` with every NaN lane replaced by the canonical one (0x7fc00000, 0x7ff8…). */
export function getCanonical(code: Writer, type: ValueType, width: 32 | 64, local: number): void {
  localGet(code, local);
  pickCanonical(code, type, width, local);
}

/** Makes the top of the stack canonical; `local` is free for it. */
export function makeCanonical(code: Writer, type: ValueType, width: 32 | 64, local: number): void {
  localTee(code, local);
  pickCanonical(code, type, width, local);
}

/** x = x ? x : NaN, lane by lane. Only a NaN differs from itself. */
function pickCanonical(code: Writer, type: ValueType, width: 32 | 64, local: number): void {
  if (type === F32) code.u8(0x43, ...NAN32);
  else if (type === F64) code.u8(0x44, ...NAN64);
  else if (width === 32) code.u8(0xfd, 0x0c, ...NAN32, ...NAN32, ...NAN32, ...NAN32);
  else code.u8(0xfd, 0x0c, ...NAN64, ...NAN64);
  localGet(code, local);
  localGet(code, local);
  if (type === F32) code.u8(0x5b, 0x1b);
  else if (type === F64) code.u8(0x61, 0x1b);
  else code.u8(0xfd, width === 32 ? 0x41 : 0x47, 0xfd, 0x52);
}
