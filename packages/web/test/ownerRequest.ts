import { decodeManifest, toHex } from '@koinon/protocol';
import type { Hex, RequestView, Step } from '../src/api/answers.ts';
import { jsonOf, type Recorded } from './recordedNode.ts';

/** The request of the recorded study as its custodian shows it: signed, with the draft that it is about. */
export function ownerRequest(recorded: Recorded, steps: readonly Step[]): RequestView {
  const resultOf = <T>(name: string) => steps.find(step => step.name === name)!.result as T;
  const asked = resultOf<Pick<RequestView, 'digest' | 'request'>>('permission.asked');
  const draft = resultOf<{ manifest: string }>('train.draft').manifest;
  const { seed, ...manifest } = decodeManifest(
    Buffer.from(recorded[`GET /api/blobs/${draft}`]!.body, 'base64'),
  );
  const bits = Number(asked.request.message.bits);
  const requester = String(asked.request.message['requester']) as Hex;
  return {
    ...asked,
    number: 1,
    status: 'pending',
    receivedAtMs: Date.now(),
    expiresAtMs: Date.now() + 86_400_000,
    manifest: { ...manifest, seed: toHex(seed) },
    program: {
      cid: manifest.program,
      bytes: 12_345,
      sha256: `0x${'5'.repeat(64)}`,
      imports: ['koinon_io.read', 'koinon_io.write'],
    },
    amount: '100000000000000000',
    bound: {
      bits,
      opaqueBits: 0,
      terms: [
        ...manifest.outputs.map(({ name, class: kind }) => ({
          kind: 'file' as const,
          bits: 100,
          description: `the facts in ${name} (${kind}), written anew by the gate, or that there is none`,
        })),
        {
          kind: 'outcome',
          bits: 4.5,
          description: 'whether the job ended, and at which instant everybody may see that',
        },
        { kind: 'report', bits: 6.5, description: 'whether the auditor agrees, and at which instant' },
      ],
    },
    refusals: [],
    charged: { requesterYear: 3_000, year: 4_000, total: 4_000 },
    caps: { job: 2_000, requesterYear: 10_000, year: 20_000, total: 100_000 },
    requester: {
      operator: requester,
      owner: requester,
      stake: '10000000000000000000',
      registeredAt: 1_700_000_000,
    },
  };
}

/** A look at that request: its model and figures as they left in the recorded study. */
export function ownerDryRun(recorded: Recorded, steps: readonly Step[]) {
  const { outputs } = steps.find(step => step.name === 'train.receipt')!.result as {
    outputs: { name: string; cid: string; sha256: Hex }[];
  };
  const model = steps.find(step => step.name === 'model')!.result as { model: string };
  const figures = { version: 2, kind: 'training', converged: true, logLoss: 0.25, accuracy: 0.895 };
  return {
    exitCode: 0,
    fuel: '123456789',
    wallMs: 1_500,
    stdout: '',
    stderr: 'read 2,560 rows\n',
    word: 'released',
    bits: Number(ownerRequest(recorded, steps).request.message.bits),
    reasons: outputs.map(({ name }) => ({
      name,
      class: name.endsWith('.onnx') ? 'model' : 'metrics',
      released: true,
      reasons: ['rebuilt'],
    })),
    files: outputs.map(({ name, sha256 }) => ({
      name,
      sha256,
      base64: name.endsWith('.onnx')
        ? recorded[`GET /api/blobs/${model.model}`]!.body
        : Buffer.from(JSON.stringify(figures)).toString('base64'),
    })),
  };
}

export function stepsIn(recorded: Recorded): Step[] {
  const key = Object.keys(recorded).find(each => /^GET \/api\/studies\/\w+$/.test(each))!;
  return jsonOf<{ steps: Step[] }>(recorded, key).steps;
}
