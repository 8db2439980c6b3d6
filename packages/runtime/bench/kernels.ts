/** AssemblyScript sources of the kernels, without a runtime or imports. */
export const KERNELS: Readonly<Record<string, string>> = {
  'SIMD matrix product': `
const N: i32 = 192;
const A: usize = 65536, B: usize = A + N * N * 4, C: usize = B + N * N * 4;
function fill(): void {
  for (let i = 0; i < N * N; i++) {
    store<f32>(A + (<usize>i << 2), <f32>(i % 13) - 6);
    store<f32>(B + (<usize>i << 2), <f32>(i % 7) - 3);
  }
}
function product(): void {
  for (let i = 0; i < N; i += 4) {
    for (let j = 0; j < N; j += 8) {
      let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
      let a = A + (<usize>(i * N) << 2), b = B + (<usize>j << 2);
      for (let k = 0; k < N; k++) {
        const b0 = v128.load(b), b1 = v128.load(b, 16);
        let s = v128.load32_splat(a);
        c00 = f32x4.add(c00, f32x4.mul(s, b0)); c01 = f32x4.add(c01, f32x4.mul(s, b1));
        s = v128.load32_splat(a, N * 4);
        c10 = f32x4.add(c10, f32x4.mul(s, b0)); c11 = f32x4.add(c11, f32x4.mul(s, b1));
        s = v128.load32_splat(a, N * 8);
        c20 = f32x4.add(c20, f32x4.mul(s, b0)); c21 = f32x4.add(c21, f32x4.mul(s, b1));
        s = v128.load32_splat(a, N * 12);
        c30 = f32x4.add(c30, f32x4.mul(s, b0)); c31 = f32x4.add(c31, f32x4.mul(s, b1));
        a += 4; b += N * 4;
      }
      const c = C + (<usize>(i * N + j) << 2);
      v128.store(c, c00); v128.store(c, c01, 16);
      v128.store(c, c10, N * 4); v128.store(c, c11, N * 4 + 16);
      v128.store(c, c20, N * 8); v128.store(c, c21, N * 8 + 16);
      v128.store(c, c30, N * 12); v128.store(c, c31, N * 12 + 16);
    }
  }
}
export function _start(): void { fill(); for (let r = 0; r < 12; r++) product(); }`,

  'scalar loop': `
const N: i32 = 4096;
const X: usize = 65536, W: usize = X + N * 8;
export function _start(): void {
  for (let i = 0; i < N; i++) { store<f64>(X + (<usize>i << 3), <f64>(i % 17) * 0.25); store<f64>(W + (<usize>i << 3), 1.0 / <f64>(i + 1)); }
  for (let r = 0; r < 2000; r++) {
    let sum: f64 = 0;
    for (let i = 0; i < N; i++) sum += load<f64>(X + (<usize>i << 3)) * load<f64>(W + (<usize>i << 3));
    store<f64>(64, sum + load<f64>(64));
  }
}`,

  'scalar loop, storing': `
const N: i32 = 4096;
const X: usize = 65536, W: usize = X + N * 8;
export function _start(): void {
  for (let i = 0; i < N; i++) { store<f64>(X + (<usize>i << 3), <f64>(i % 17) * 0.25); store<f64>(W + (<usize>i << 3), 1.0 / <f64>(i + 1)); }
  for (let r = 0; r < 2000; r++)
    for (let i = 0; i < N; i++) {
      const at = W + (<usize>i << 3);
      store<f64>(at, load<f64>(at) * 0.5 + load<f64>(X + (<usize>i << 3)));
    }
}`,

  'integer loop': `
export function _start(): void {
  let h: u32 = 2166136261;
  for (let r = 0; r < 150; r++)
    for (let i: usize = 65536; i < 131072; i++) h = (h ^ load<u8>(i)) * 16777619;
  store<u32>(64, h);
}`,

  'recursive calls': `
function fib(n: i32): i32 { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
export function _start(): void { store<i32>(64, fib(29)); }`,

  interpreter: `
const CODE: usize = 65536, REGS: usize = 70000;
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
      case 3: { set(a, get(b) - get(c)); break; }
      case 4: { set(a, get(b) * get(c)); break; }
      case 5: { set(a, get(b) ^ get(c)); break; }
      case 6: { set(a, get(b) << 1); break; }
      case 7: { set(a, get(b) < get(c) ? 1 : 0); break; }
      case 8: { if (get(a) != 0) pc = CODE + (<usize>b << 2); break; }
      case 9: { set(a, get(b) & 0xffff); break; }
      default: unreachable();
    }
  }
}
export function _start(): void {
  emit(1, 0, 0, 0); emit(1, 1, 1, 0); emit(1, 2, 200, 0); emit(4, 2, 2, 2); emit(1, 7, 25, 0); emit(4, 2, 2, 7); emit(1, 3, 17, 0);
  emit(2, 0, 0, 1); emit(4, 3, 3, 0); emit(5, 3, 3, 2); emit(6, 4, 3, 0); emit(9, 3, 4, 0); emit(7, 5, 0, 2); emit(8, 5, 7, 0); emit(0, 0, 0, 0);
  interpret();
}`,
};
