import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The kernels that have a twin in C: the same operations in the same order. */
const SOURCE = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <time.h>
typedef float v4 __attribute__((vector_size(16)));
enum { N = 192, L = 4096 };
static float a[N * N], b[N * N], c[N * N];
static double x[L], w[L];
static volatile double sink;
static v4 load(const float *p) { v4 v; memcpy(&v, p, 16); return v; }
static void save(float *p, v4 v) { memcpy(p, &v, 16); }
static void matmul(void) {
  for (int i = 0; i < N * N; i++) { a[i] = i % 13 - 6; b[i] = i % 7 - 3; }
  for (int r = 0; r < 12; r++)
    for (int i = 0; i < N; i += 4)
      for (int j = 0; j < N; j += 8) {
        v4 s[4][2] = {{{0}}};
        for (int k = 0; k < N; k++) {
          v4 b0 = load(b + k * N + j), b1 = load(b + k * N + j + 4);
          #pragma GCC unroll 4
          for (int m = 0; m < 4; m++) {
            float t = a[(i + m) * N + k];
            v4 q = {t, t, t, t};
            s[m][0] += q * b0; s[m][1] += q * b1;
          }
        }
        #pragma GCC unroll 4
        for (int m = 0; m < 4; m++) { save(c + (i + m) * N + j, s[m][0]); save(c + (i + m) * N + j + 4, s[m][1]); }
      }
  sink = c[17];
}
static void scalar(void) {
  for (int i = 0; i < L; i++) { x[i] = (i % 17) * 0.25; w[i] = 1.0 / (i + 1); }
  double all = 0;
  for (int r = 0; r < 2000; r++) { double s = 0; for (int i = 0; i < L; i++) s += x[i] * w[i]; all += s; __asm__ volatile("" ::: "memory"); }
  sink = all;
}
static void interpret(void) {
  static const uint8_t code[] = {1,0,0,0, 1,1,1,0, 1,2,200,0, 4,2,2,2, 1,7,25,0, 4,2,2,7, 1,3,17,0,
    2,0,0,1, 4,3,3,0, 5,3,3,2, 6,4,3,0, 9,3,4,0, 7,5,0,2, 8,5,7,0, 0,0,0,0};
  static volatile uint32_t keep; uint32_t reg[256] = {0};
  for (const uint8_t *pc = code;;) {
    uint8_t op = pc[0], p = pc[1], q = pc[2], s = pc[3]; pc += 4;
    switch (op) {
      case 0: keep = reg[3]; return;
      case 1: reg[p] = q; break;
      case 2: reg[p] = reg[q] + reg[s]; break;
      case 3: reg[p] = reg[q] - reg[s]; break;
      case 4: reg[p] = reg[q] * reg[s]; break;
      case 5: reg[p] = reg[q] ^ reg[s]; break;
      case 6: reg[p] = reg[q] << 1; break;
      case 7: reg[p] = (int32_t)reg[q] < (int32_t)reg[s]; break;
      case 8: if (reg[p]) pc = code + q * 4; break;
      case 9: reg[p] = reg[q] & 0xffff; break;
      default: abort();
    }
  }
}
static double best(void (*f)(void)) {
  double least = 1e9;
  for (int r = 0; r < 15; r++) {
    struct timespec s, e;
    clock_gettime(CLOCK_MONOTONIC, &s); f(); clock_gettime(CLOCK_MONOTONIC, &e);
    double ms = (e.tv_sec - s.tv_sec) * 1e3 + (e.tv_nsec - s.tv_nsec) / 1e6;
    if (ms < least) least = ms;
  }
  return least;
}
int main(void) { printf("[%f,%f,%f]", best(matmul), best(scalar), best(interpret)); }
`;

/** Milliseconds of each kernel in C, or nothing where there is no compiler. */
export function nativeTimes(): ReadonlyMap<string, number> {
  const folder = mkdtempSync(join(tmpdir(), 'koinon-bench-'));
  try {
    writeFileSync(join(folder, 'kernels.c'), SOURCE);
    const program = join(folder, 'kernels');
    // Without jump tables, as V8 compiles a switch of this size: an indirect jump is dear on some machines.
    execFileSync(
      'cc',
      [
        '-O3',
        '-march=native',
        '-ffp-contract=off',
        '-fno-jump-tables',
        '-o',
        program,
        join(folder, 'kernels.c'),
      ],
      {
        stdio: 'ignore',
      },
    );
    const times = JSON.parse(execFileSync(program, { encoding: 'utf8' })) as number[];
    return new Map(['SIMD matrix product', 'scalar loop', 'interpreter'].map((name, i) => [name, times[i]!]));
  } catch {
    return new Map();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
