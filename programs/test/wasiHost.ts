/** What a program left behind. */
export interface Ran {
  exitCode: number;
  stderr: string;
  outputs: Map<string, Uint8Array>;
}

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** Runs `module` with `inputs` under /in, under as much of WASI preview 1 as the programs use. */
export async function runProgram(module: Uint8Array, inputs: Record<string, Uint8Array>): Promise<Ran> {
  const outputs = new Map<string, number[]>();
  const descriptors = new Map<number, { bytes?: Uint8Array; at: number; out?: number[] }>();
  let stderr = '';
  let next = 5;
  let memory: WebAssembly.Memory;
  const view = () => new DataView(memory.buffer);
  const text = (at: number, length: number) =>
    new TextDecoder().decode(new Uint8Array(memory.buffer, at, length));
  const folders: Record<number, string> = { 3: '/in', 4: '/out' };
  const imports = {
    proc_exit: (code: number) => {
      throw new Exit(code);
    },
    fd_prestat_get: (fd: number, at: number) => {
      const name = folders[fd];
      if (!name) return 8;
      view().setUint32(at, 0, true);
      view().setUint32(at + 4, name.length, true);
      return 0;
    },
    fd_prestat_dir_name: (fd: number, at: number, length: number) => {
      new Uint8Array(memory.buffer, at, length).set(new TextEncoder().encode(folders[fd]));
      return 0;
    },
    path_open: (
      directory: number,
      _lookup: number,
      path: number,
      length: number,
      flags: number,
      _rights: bigint,
      _inherited: bigint,
      _fdFlags: number,
      opened: number,
    ) => {
      const name = text(path, length);
      if (directory === 3) {
        const bytes = inputs[name];
        if (!bytes || flags !== 0) return 44;
        descriptors.set(next, { bytes, at: 0 });
      } else {
        const out: number[] = [];
        outputs.set(name, out);
        descriptors.set(next, { at: 0, out });
      }
      view().setUint32(opened, next++, true);
      return 0;
    },
    fd_filestat_get: (fd: number, at: number) => {
      view().setBigUint64(at + 32, BigInt(descriptors.get(fd)!.bytes!.length), true);
      return 0;
    },
    fd_read: (fd: number, vectors: number, _count: number, done: number) => {
      const file = descriptors.get(fd)!;
      const start = view().getUint32(vectors, true);
      const part = file.bytes!.subarray(file.at, file.at + view().getUint32(vectors + 4, true));
      new Uint8Array(memory.buffer).set(part, start);
      file.at += part.length;
      view().setUint32(done, part.length, true);
      return 0;
    },
    fd_write: (fd: number, vectors: number, _count: number, done: number) => {
      const start = view().getUint32(vectors, true);
      const length = view().getUint32(vectors + 4, true);
      if (fd === 2) stderr += text(start, length);
      else
        for (const byte of new Uint8Array(memory.buffer, start, length)) descriptors.get(fd)!.out!.push(byte);
      view().setUint32(done, length, true);
      return 0;
    },
    fd_close: (fd: number) => (descriptors.delete(fd) ? 0 : 8),
  };
  const compiled = new WebAssembly.Module(module as BufferSource);
  const instance = await WebAssembly.instantiate(compiled, { wasi_snapshot_preview1: imports });
  memory = instance.exports['memory'] as WebAssembly.Memory;
  let exitCode = 0;
  try {
    (instance.exports['_start'] as () => void)();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    exitCode = error.code;
  }
  return {
    exitCode,
    stderr,
    outputs: new Map([...outputs].map(([name, bytes]) => [name, Uint8Array.from(bytes)])),
  };
}
