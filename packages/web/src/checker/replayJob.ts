import { fromHex, type Manifest, paramsFile } from '@koinon/protocol';

/** Address of onnxruntime's WebAssembly file; the build puts it in. */
declare const ONNX_RUNTIME_URL: string;

export interface ReplayedJob {
  manifest: Manifest;
  program: Uint8Array;
  inputs: Map<string, Uint8Array>;
}

/** Runs a public job again in this browser, by the rules its manifest names. */
export async function replayJob(job: ReplayedJob): Promise<{
  exitCode: number;
  fuel: bigint;
  outputs: Map<string, Uint8Array>;
  traceRoot: Uint8Array;
  stepRoots?: Uint8Array[];
}> {
  const { manifest, program, inputs } = job;
  if (manifest.executor === 'onnx') {
    const [{ runOnnx }, ort] = await Promise.all([
      import('@koinon/executors/onnx'),
      import('onnxruntime-web/wasm'),
    ]);
    ort.env.wasm.wasmPaths = { wasm: new URL(ONNX_RUNTIME_URL, self.location.origin) };
    const { exitCode, fuel, outputs, traceRoot } = await runOnnx(ort, { manifest, program, inputs });
    return { exitCode, fuel, outputs, traceRoot: fromHex(traceRoot) };
  }
  const { run } = await import('@koinon/runtime');
  const { exitCode, fuelUsed, outputs, traceRoot, stepRoots } = await run(programInput(job));
  return { exitCode, fuel: fuelUsed, outputs, traceRoot, stepRoots };
}

/** The execution a manifest names, as the runtime takes it. */
export function programInput({ manifest, program, inputs }: ReplayedJob) {
  const { limits } = manifest;
  return {
    module: program,
    files: inputs,
    params: paramsFile(manifest),
    seed: manifest.seed,
    timeMs: BigInt(manifest.timeMs),
    limits: { ...limits, fuel: BigInt(limits.fuel), stepFuel: BigInt(limits.stepFuel) },
  };
}
