import asc from 'assemblyscript/asc';

/** Optimised WebAssembly of an AssemblyScript source. */
export async function compileKernel(source: string): Promise<Uint8Array<ArrayBuffer>> {
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const stderr: string[] = [];
  const options = [
    '-O3',
    '--converge',
    '--noAssert',
    '--runtime',
    'stub',
    '--enable',
    'simd',
    '--initialMemory',
    '32',
  ];
  const { error } = await asc.main(['kernel.ts', '-o', 'kernel.wasm', ...options], {
    readFile: name => (name === 'kernel.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name === 'kernel.wasm') wasm = new Uint8Array(contents as Uint8Array);
    },
    listFiles: () => [],
    stderr: { write: text => void stderr.push(String(text)) },
  });
  if (error !== null || wasm === undefined)
    throw new Error(`asc failed: ${error?.message}\n${stderr.join('')}`);
  return wasm;
}
