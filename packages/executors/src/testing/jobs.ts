import { cidOfBytes, type Manifest } from '@koinon/protocol';
import { tableBytes } from '@koinon/tabular';
import { buildExecutors } from '../../scripts/build.ts';
import type { ExecutionJob } from '../executor.ts';
import type { SandboxKind } from '../host/confinement.ts';
import { findSandbox, type Sandbox } from '../host/sandbox.ts';

await buildExecutors();

export const sandboxKinds = ['process', 'namespaces', 'bubblewrap'] as const;

/** Why the tests of a sandbox do not run here, or false. */
export const skipSandbox = Object.fromEntries(
  await Promise.all(
    sandboxKinds.map(async kind => [
      kind,
      await findSandbox(kind).then(
        () => false as const,
        (error: Error) => error.message,
      ),
    ]),
  ),
) as Record<SandboxKind, string | false>;

export async function sandboxOf(kind: 'auto' | SandboxKind): Promise<Sandbox> {
  return (await findSandbox(kind)).sandbox;
}

export const options = { maxRunMs: 30_000, maxMemoryBytes: 2 ** 30 };

/** A job of the program with the limits given; everything else is the same for all. */
export function jobOf(
  program: Uint8Array,
  more: {
    executor?: 'wasm' | 'onnx';
    inputs?: Record<string, Uint8Array>;
    limits?: Partial<Manifest['limits']>;
    params?: Manifest['params'];
  } = {},
): ExecutionJob {
  const { executor = 'wasm', inputs = {}, limits = {}, params = {} } = more;
  const fuel = limits.fuel ?? 1e8;
  return {
    program,
    inputs: new Map(Object.entries(inputs)),
    manifest: {
      koinon: 'manifest/2',
      executor,
      profile: executor === 'wasm' ? 'koinon-det-1' : 'koinon-onnx-1',
      program: cidOfBytes(program),
      inputs: [],
      params,
      seed: new Uint8Array(32).fill(7),
      timeMs: 1_700_000_000_000,
      limits: { fuel, stepFuel: fuel, memoryPages: 1_024, callDepth: 100, outputBytes: 2 ** 20, ...limits },
      outputs: [],
      private: false,
    },
  };
}

/** A table for `smallModel`: sex is missing in the last row, age in the one before. */
export function smallTable(rows = 5): Uint8Array {
  const ages = Float32Array.from({ length: rows }, (_, i) =>
    i === rows - 2 ? Number.NaN : 20 + ((i * 7) % 60),
  );
  const codes = Int32Array.from({ length: rows }, (_, i) => (i === rows - 1 ? -1 : i % 2));
  return tableBytes({
    rows,
    columns: [
      { name: 'age', type: 'number', values: ages },
      { name: 'sex', type: 'category', dictionary: ['f', 'm'], codes },
      { name: 'risk', type: 'category', dictionary: ['high', 'low'], codes: new Int32Array(rows) },
    ],
  });
}
