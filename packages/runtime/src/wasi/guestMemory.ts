import { fail } from './errno.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Most buffers of one scattered read or write (IOV_MAX of common systems). */
const MAX_BUFFERS = 1024;

/** The program's memory as the host sees it; every access is checked, a bad one is EFAULT. */
export class GuestMemory {
  private readonly memory: WebAssembly.Memory;
  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  /** The bytes themselves, not a copy; valid until the program runs again. */
  bytes(pointer: number, length: number): Uint8Array {
    const at = pointer >>> 0;
    const size = length >>> 0;
    if (at + size > this.memory.buffer.byteLength) fail('FAULT');
    return new Uint8Array(this.memory.buffer, at, size);
  }

  private view(pointer: number, length: number): DataView {
    const bytes = this.bytes(pointer, length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  u8(pointer: number): number {
    return this.view(pointer, 1).getUint8(0);
  }

  u16(pointer: number): number {
    return this.view(pointer, 2).getUint16(0, true);
  }

  u32(pointer: number): number {
    return this.view(pointer, 4).getUint32(0, true);
  }

  u64(pointer: number): bigint {
    return this.view(pointer, 8).getBigUint64(0, true);
  }

  setU8(pointer: number, value: number): void {
    this.view(pointer, 1).setUint8(0, value);
  }

  setU16(pointer: number, value: number): void {
    this.view(pointer, 2).setUint16(0, value, true);
  }

  setU32(pointer: number, value: number): void {
    this.view(pointer, 4).setUint32(0, value, true);
  }

  setU64(pointer: number, value: bigint): void {
    this.view(pointer, 8).setBigUint64(0, BigInt.asUintN(64, value), true);
  }

  text(pointer: number, length: number): string {
    try {
      return utf8.decode(this.bytes(pointer, length));
    } catch (error) {
      if (error instanceof TypeError) return fail('ILSEQ');
      throw error;
    }
  }

  /** Zeroes `length` bytes and gives a view to fill them: structures leave no gap unwritten. */
  structure(pointer: number, length: number): DataView {
    this.bytes(pointer, length).fill(0);
    return this.view(pointer, length);
  }

  /** The buffers of an array of `count` (pointer, length) pairs. */
  buffers(pointer: number, count: number): Uint8Array[] {
    const n = count >>> 0;
    if (n > MAX_BUFFERS) fail('INVAL');
    return Array.from({ length: n }, (_, i) => {
      const at = (pointer >>> 0) + i * 8;
      return this.bytes(this.u32(at), this.u32(at + 4));
    });
  }
}
