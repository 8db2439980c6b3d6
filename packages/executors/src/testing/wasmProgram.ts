export interface ProgramImport {
  module?: string;
  name: string;
  /** How many; all i32 unless `types` lists them. */
  parameters: number;
  types?: number[];
  result: boolean;
}

/** Small WASI programs for the tests, assembled by hand: `_start` with the body given, one memory, WASI imports. */
export interface ProgramParts {
  /** Instructions of `_start`, without the final `end`. */
  body: number[];
  /** Names in wasi_snapshot_preview1, in the order of their function indices. */
  imports?: ProgramImport[];
  /** Bytes placed at address 0. */
  data?: Uint8Array;
  pages?: { initial: number; maximum: number };
  /** Locals of `_start`, all i32. */
  locals?: number;
  /** Instructions of `step`, which has one local, an i32; without the final `end`. */
  step?: number[];
}

export function wasmProgram({ body, imports = [], data, pages, locals = 0, step }: ProgramParts): Uint8Array {
  const { initial, maximum } = pages ?? { initial: 1, maximum: 1 };
  const types = [
    [0x60, 0, 0],
    ...imports.map(({ parameters, types = Array(parameters).fill(0x7f), result }) => [
      0x60,
      ...uleb(parameters),
      ...types,
      ...(result ? [1, 0x7f] : [0]),
    ]),
  ];
  if (step) types.push([0x60, 0, 1, 0x7f]);
  const stepCode = step && [1, 1, 0x7f, ...step, 0x0b];
  const code = [...(locals > 0 ? [1, locals, 0x7f] : [0]), ...body, 0x0b];
  const sections = [
    section(1, vector(types)),
    section(
      2,
      vector(
        imports.map(({ module = 'wasi_snapshot_preview1', name }, i) => [
          ...text(module),
          ...text(name),
          0,
          i + 1,
        ]),
      ),
    ),
    section(3, vector(step ? [[0], uleb(imports.length + 1)] : [[0]])),
    section(5, vector([[1, ...uleb(initial), ...uleb(maximum)]])),
    section(
      7,
      vector([
        [...text('memory'), 2, 0],
        [...text('_start'), 0, ...uleb(imports.length)],
        ...(step ? [[...text('step'), 0, ...uleb(imports.length + 1)]] : []),
      ]),
    ),
    section(10, vector([code, ...(stepCode ? [stepCode] : [])].map(body => [...uleb(body.length), ...body]))),
    ...(data ? [section(11, vector([[0, 0x41, 0, 0x0b, ...uleb(data.length), ...data]]))] : []),
  ];
  return Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
}

/**
 * Counts at address 0, one a step, until `steps`; each step spins `spins` times and writes a page the others do not.
 * `ends` is what the last step does instead of giving 0.
 */
export function counting(steps: number, spins: number, ends: number[] = []): Uint8Array {
  const count = [...op.i32(0), ...op.load];
  return wasmProgram({
    body: [],
    pages: { initial: 8, maximum: 8 },
    step: [
      ...[...op.i32(0), ...count, ...op.i32(1), 0x6a, ...op.store],
      // local 0 = spins; do { local 0 -= 1 } while (local 0)
      ...[...op.i32(spins), 0x21, 0],
      ...op.loop([0x20, 0, ...op.i32(1), 0x6b, 0x22, 0, ...op.brIf(0)]),
      // memory[(count % 7) * 65536 + 4] = count
      ...[...count, ...op.i32(7), 0x70, ...op.i32(16), 0x74, ...op.i32(4), 0x6a, ...count, ...op.store],
      ...[...count, ...op.i32(steps), 0x46, 0x04, 0x40, ...ends, ...op.i32(0), 0x0f, 0x0b],
      ...op.i32(1),
    ],
  });
}

/** Instructions by name, as far as the tests need them. */
export const op = {
  loop: (body: number[]) => [0x03, 0x40, ...body, 0x0b],
  br: (depth: number) => [0x0c, depth],
  brIf: (depth: number) => [0x0d, depth],
  call: (index: number) => [0x10, index],
  i32: (value: number) => [0x41, ...sleb(value)],
  i64: (value: number) => [0x42, ...sleb(value)],
  drop: [0x1a],
  load: [0x28, 2, 0],
  load8: [0x2d, 0, 0],
  grow: [0x40, 0],
  fill: [0xfc, 11, 0],
  store: [0x36, 2, 0],
  unreachable: [0x00],
};

export const spin = wasmProgram({ body: op.loop(op.br(0)) });

export function exitWith(code: number[]): { imports: ProgramImport[]; body: number[] } {
  return { imports: [{ name: 'proc_exit', parameters: 1, result: false }], body: [...code, ...op.call(0)] };
}

function section(id: number, content: number[]): number[] {
  return content.length === 1 && content[0] === 0 ? [] : [id, ...uleb(content.length), ...content];
}

function vector(items: number[][]): number[] {
  return [...uleb(items.length), ...items.flat()];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...uleb(bytes.length), ...bytes];
}

function uleb(value: number): number[] {
  const bytes: number[] = [];
  do {
    bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
    value >>>= 7;
  } while (value > 0);
  return bytes;
}

function sleb(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    const isLast = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}
