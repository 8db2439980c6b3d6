import { applyGate, type GateInput, type GateResult, isKnownModel } from '@koinon/privacy';
import { type Hex, recoverDigestSigner, type TableDescription } from '@koinon/protocol';
import { describeModule, type ModuleDescription } from '@koinon/runtime';

/** What a gate's worker is asked. Files lie in shared memory, so that handing them over copies nothing on the event loop. */
export type GateTask =
  | { kind: 'apply'; input: GateInput }
  | { kind: 'isKnownModel'; bytes: Uint8Array; description: TableDescription; target: unknown }
  | { kind: 'describeModule'; bytes: Uint8Array }
  | { kind: 'recoverSigner'; digest: Hex; signature: Hex };

export interface GateAnswers {
  apply: GateResult;
  isKnownModel: boolean;
  describeModule: ModuleDescription;
  recoverSigner: Hex;
}

/** Answers a task; the same wherever it runs. */
export async function performGateTask(task: GateTask): Promise<GateAnswers[GateTask['kind']]> {
  switch (task.kind) {
    case 'apply': {
      const { outputs, inputs, ...rest } = task.input;
      return applyGate({ ...rest, outputs: ownFiles(outputs), inputs: ownFiles(inputs) });
    }
    case 'isKnownModel':
      return isKnownModel(task.bytes.slice(), task.description, task.target);
    case 'describeModule':
      return describeModule(task.bytes.slice());
    case 'recoverSigner':
      return recoverDigestSigner(task.digest, task.signature);
  }
}

/** Copies out of shared memory: not every reader of bytes takes that. */
function ownFiles(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...files].map(([name, bytes]) => [name, bytes.slice()]));
}
