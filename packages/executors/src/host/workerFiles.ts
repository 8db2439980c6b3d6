import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { KoinonError } from '@koinon/protocol';
import { ONNX_RUNTIME } from '../onnx/limits.ts';
import type { ChildProgram } from './command.ts';

/** The bundled worker of an executor, and what it reads besides. Throws `K_NOT_BUILT`, `K_ONNX_RUNTIME`. */
export function workerFiles(executor: 'wasm' | 'onnx'): ChildProgram {
  return { script: built(`${executor}Worker`), files: executor === 'onnx' ? [onnxRuntime()] : [] };
}

/** What tries a sandbox out, with all that any worker has to be able to read there. Throws `K_NOT_BUILT`. */
export function probeFiles(): ChildProgram {
  return { script: built('probe'), files: [built('wasmWorker'), built('onnxWorker'), onnxRuntimePath()] };
}

/** By the package's name, since this file may itself be part of a bundle elsewhere. */
function built(name: string): string {
  const script = fileURLToPath(import.meta.resolve(`@koinon/executors/dist/${name}.mjs`));
  if (existsSync(script)) return script;
  throw new KoinonError({
    code: 'K_NOT_BUILT',
    message: `The executors are not built (${script} is missing).`,
    fault: 'platform',
    next: 'Run "npm start" or "npm test" once; both build what is missing.',
  });
}

function onnxRuntimePath(): string {
  return createRequire(import.meta.url).resolve(`${ONNX_RUNTIME.package}/${ONNX_RUNTIME.file}`);
}

let checked: string | undefined;

/** The runtime's WebAssembly file, checked once against the profile: another build may round differently. */
function onnxRuntime(): string {
  if (checked) return checked;
  const path = onnxRuntimePath();
  const digest = `0x${createHash('sha256').update(readFileSync(path)).digest('hex')}`;
  if (digest !== ONNX_RUNTIME.sha256) {
    throw new KoinonError({
      code: 'K_ONNX_RUNTIME',
      message: `The installed ${ONNX_RUNTIME.package} is not the one of the profile (${ONNX_RUNTIME.version}).`,
      fault: 'platform',
      next: 'Run "npm ci".',
    });
  }
  checked = path;
  return path;
}
