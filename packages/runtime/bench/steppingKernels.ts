/** AssemblyScript sources of programs that run in steps of about a gigafuel over a large memory. */
export const STEPPING = {
  /** A bytecode interpreter whose program walks over 64 MB and writes into one page of 25. */
  interpreter: `
const CODE: usize = 65536, REGS: usize = 70000, HEAP: usize = 1 << 20, BYTES: u32 = 64 << 20;
let steps: i32 = 0;
let at: usize = CODE;
function emit(op: u8, a: u8, b: u8, c: u8): void { store<u8>(at, op); store<u8>(at, a, 1); store<u8>(at, b, 2); store<u8>(at, c, 3); at += 4; }
@inline function get(r: u8): i32 { return load<i32>(REGS + (<usize>r << 2)); }
@inline function set(r: u8, v: i32): void { store<i32>(REGS + (<usize>r << 2), v); }
function interpret(): void {
  let pc: usize = CODE;
  while (true) {
    const op = load<u8>(pc), a = load<u8>(pc, 1), b = load<u8>(pc, 2), c = load<u8>(pc, 3);
    pc += 4;
    switch (op) {
      case 0: return;
      case 1: { set(a, <i32>b); break; }
      case 2: { set(a, get(b) + get(c)); break; }
      case 3: { set(a, load<i32>(HEAP + <usize>((<u32>get(b) << 2) % BYTES))); break; }
      case 4: { set(a, get(b) * get(c)); break; }
      case 5: { set(a, get(b) ^ get(c)); break; }
      case 6: { store<i32>(HEAP + <usize>((<u32>get(b) << 2) % (BYTES / 25)), get(a)); break; }
      case 7: { set(a, get(b) < get(c) ? 1 : 0); break; }
      case 8: { if (get(a) != 0) pc = CODE + (<usize>b << 2); break; }
      default: unreachable();
    }
  }
}
export function _start(): void {
  memory.grow(1100);
  for (let i: usize = 0; i < BYTES; i += 8) store<u64>(HEAP + i, i * 0x9E3779B97F4A7C15);
  emit(1, 0, 0, 0); emit(1, 1, 1, 0); emit(1, 2, 200, 0); emit(4, 2, 2, 2); emit(4, 2, 2, 1); emit(1, 7, 97, 0); emit(4, 2, 2, 7); emit(1, 3, 17, 0);
  emit(2, 0, 0, 1); emit(3, 4, 3, 0); emit(5, 3, 3, 4); emit(4, 5, 3, 0); emit(6, 5, 5, 0); emit(7, 5, 0, 2); emit(8, 5, 8, 0); emit(0, 0, 0, 0);
}
export function step(): i32 { for (let i = 0; i < 3; i++) interpret(); return ++steps < 32 ? 1 : 0; }`,

  /** The worst that can be: every page of 64 MB is written in every step. */
  stores: `
const HEAP: usize = 1 << 20, BYTES: usize = 64 << 20;
let steps: i32 = 0;
export function _start(): void { memory.grow(1100); }
export function step(): i32 {
  for (let r = 0; r < 16; r++)
    for (let i: usize = 0; i < BYTES; i += 8) store<u64>(HEAP + i, load<u64>(HEAP + i) * 0x9E3779B97F4A7C15 + i);
  return ++steps < 10 ? 1 : 0;
}`,
} as const;
