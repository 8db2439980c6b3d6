import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { KoinonError } from '@koinon/protocol';
import { ONNX_RUNTIME } from '../onnx/limits.ts';
import type { ChildProgram } from './command.ts';

/** The bundled worker of an executor, and what it reads besides. Throws `K_NOT_BUILT`, `K_ONNX_RUNTIME`. */
export function workerFiles(executor: 'wasm' | 'onnx'): ChildProgram {
  // By the package's name, since this file may itself be part of a bundle elsewhere.
  const script = fileURLToPath(import.meta.resolve(`@koinon/executors/dist/${executor}Worker.mjs`));
  if (!existsSync(script)) {
    throw new KoinonError({
      code: 'K_NOT_BUILT',
      message: `The ${executor} worker is not built (${script} is missing).`,
      fault: 'platform',
      next: 'Run "npm start" or "npm test" once; both build what is missing.',
    });
  }
  return { script, files: executor === 'onnx' ? [onnxRuntime()] : [] };
}

let checked: string | undefined;

/** The runtime's WebAssembly file, checked once against the profile: another build may round differently. */
function onnxRuntime(): string {
  if (checked) return checked;
  const path = createRequire(import.meta.url).resolve(`${ONNX_RUNTIME.package}/${ONNX_RUNTIME.file}`);
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
