import { hash } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import {
  captureState,
  decodeStepState,
  encodeStepState,
  type ProgramInput,
  replayStep,
} from '@koinon/runtime';
import type { CaptureHeader, JobHeader, ReplayHeader, RunHeader } from './headers.ts';
import { hexOf } from './hex.ts';
import { receive, send } from './pipe.ts';
import { report } from './report.ts';
import { runSteps } from './runSteps.ts';
import { watchParent } from './watchParent.ts';

/** One job, one answer. */
await report(async () => {
  const { header, files } = receive();
  watchParent();
  const job = header as unknown as RunHeader | ReplayHeader | CaptureHeader;
  const input = inputOf(job, files);
  if (job.kind === 'replay') compileOnceAndWell();
  const extra = files[2 + job.names.length];
  if (job.kind === 'run') await runSteps(job, input, extra);
  else if (job.kind === 'replay') await replay(job, input, extra);
  else await capture(job, input);
});

function inputOf({ names, limits, seed, timeMs }: JobHeader, files: Uint8Array[]): ProgramInput {
  const [module, params, ...inputs] = files;
  return {
    module: module!,
    files: new Map(names.map((name, i) => [name, inputs[i]!])),
    params: params!,
    seed: Buffer.from(seed.slice(2), 'hex'),
    timeMs: BigInt(timeMs),
    limits: { ...limits, fuel: BigInt(limits.fuel), stepFuel: BigInt(limits.stepFuel) },
    hash: bytes => hash('sha256', bytes, 'buffer'),
    isSame: (a, b) => Buffer.compare(a, b) === 0,
  };
}

/**
 * One step is over before the engine has replaced what its baseline compiler made: functions are compiled by the
 * optimising one instead, when they are first called. What they compute is the same.
 */
function compileOnceAndWell(): void {
  setFlagsFromString('--no-liftoff');
  setFlagsFromString('--wasm-lazy-compilation');
}

async function replay(
  { stepIndex, fromRoot }: ReplayHeader,
  input: ProgramInput,
  state: Uint8Array | undefined,
): Promise<void> {
  const from =
    fromRoot === undefined
      ? {}
      : { from: decodeStepState(state!, input.limits), fromRoot: Buffer.from(fromRoot.slice(2), 'hex') };
  const { stateRoot, isLast, exitCode, fuelUsed, outputs, trap } = await replayStep({
    ...input,
    stepIndex,
    ...from,
  });
  const names = [...outputs.keys()];
  const step = { kind: 'step', stateRoot: hexOf(stateRoot), isLast, exitCode, fuel: String(fuelUsed), names };
  send({ ...step, ...(trap === undefined ? {} : { trap }) }, [...outputs.values()]);
}

async function capture({ stepIndex }: CaptureHeader, input: ProgramInput): Promise<void> {
  const { stepRoots, state } = await captureState({ ...input, stepIndex });
  send({ kind: 'state' }, [Buffer.concat(stepRoots), encodeStepState(state)]);
}
