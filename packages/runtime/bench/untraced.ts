import { type ProgramInput, prepare } from '../src/index.ts';
import { EXPORTS } from '../src/rewrite/layout.ts';
import { WasiHost } from '../src/wasi/host.ts';
import { Stop } from '../src/wasi/stop.ts';
import { decodeModule } from '../src/wasm/decode.ts';

/** Milliseconds of a run that takes no roots: prepared, metered and stepped like any other. */
export async function untraced(input: ProgramInput): Promise<number> {
  const began = performance.now();
  const { limits, seed, timeMs } = input;
  const files = new Map([...input.files, ['params.json', input.params] as const]);
  const prepared = prepare(input.module, limits);
  const host = new WasiHost({ files, seed, timeMs, outputBytes: limits.outputBytes });
  const functions = host.imports(decodeModule(input.module).imports, () => {});
  const module = await WebAssembly.compile(prepared.module);
  const { exports } = await WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: functions as WebAssembly.ModuleImports,
  });
  const fuel = exports[EXPORTS.fuel] as unknown as { value: bigint };
  host.attach({ memory: exports[EXPORTS.memory] as WebAssembly.Memory, fuel });
  (exports[EXPORTS.depth] as WebAssembly.Global).value = limits.callDepth;
  fuel.value = limits.fuel;
  const call = (name: string) => (exports[name] as () => number)();
  try {
    if (prepared.hasStart) call(EXPORTS.start);
    call(EXPORTS.main);
    while (prepared.hasStep && call(EXPORTS.step) !== 0);
  } catch (error) {
    if (!(error instanceof Stop && error.exitCode === 0)) throw error;
  }
  return performance.now() - began;
}
