import {
  asKoinonError,
  type ExecutionOpening,
  executionCommitment,
  fileList,
  fileListDigest,
  type JobEvidence,
  type Manifest,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import { readBlob } from '../blob.ts';
import { type Check, failed, type Outcome, ok, skipped } from '../check.ts';
import type { ReplayResult } from '../sources.ts';
import { list, short } from '../words.ts';
import { type JobContext, NO_MANIFEST } from './context.ts';

/** Errors that follow from the program itself, so that no honest node could have run it. */
const REFUSALS: ReadonlySet<string> = new Set(['K_MODULE_REFUSED', 'K_MODEL_REFUSED']);

/** Runs a public job again, here, and compares everything the receipt commits to. */
export async function* checkReplay(context: JobContext): AsyncGenerator<Check> {
  const { check } = context;
  yield await check('replay', 'Run again here, the job comes to the same bytes.', () => replay(context));
}

async function replay({ evidence, manifest, sources }: JobContext): Promise<Outcome> {
  if (!manifest) return skipped(NO_MANIFEST);
  if (manifest.private) {
    const auditor = evidence.grant?.message.auditor;
    return skipped(
      `The rows never leave their custodian, so only ${auditor ? short(auditor) : 'the auditor'}, whom the data owner named, may replay it. Its signed report is checked above.`,
    );
  }
  const run = sources.replay;
  if (!run) return skipped('Nobody asked for a replay.');
  const program = await readBlob(sources, manifest.program);
  if (!program) return skipped('The program is not at hand here.');
  const inputs = new Map<string, Uint8Array>();
  for (const { name, source } of manifest.inputs) {
    const bytes = 'cid' in source ? await readBlob(sources, source.cid) : undefined;
    if (!bytes) return skipped(`The input ${name} is not at hand here.`);
    inputs.set(name, bytes);
  }
  let result: ReplayResult;
  try {
    result = await run.call(sources, { manifest, program, inputs });
  } catch (error) {
    const { code, message } = asKoinonError(error);
    return REFUSALS.has(code)
      ? failed(message, 'No honest node could have run this program, so the receipt is false.')
      : skipped(`This machine could not run it, which says nothing about the work: ${message}`);
  }
  return compare(evidence, manifest, result);
}

function compare(evidence: JobEvidence, manifest: Manifest, result: ReplayResult): Outcome {
  const { exitCode, fuel, outputs, traceRoot } = result;
  const own: ExecutionOpening = {
    salt: ZERO_32,
    exitCode,
    fuel,
    rawOutput: fileListDigest(fileList(outputs)),
    trace: typeof traceRoot === 'string' ? traceRoot : toHex(traceRoot),
  };
  const released = new Map(
    [...(exitCode === 0 ? outputs : [])].filter(([name, bytes]) =>
      manifest.outputs.some(file => file.name === name && bytes.length <= file.maxBytes),
    ),
  );
  const { message: receipt } = evidence.receipt;
  const said = evidence.opening;
  const differences = [
    ...(said && said.exitCode !== own.exitCode ? [`exit code (${own.exitCode} here)`] : []),
    ...(said && said.fuel !== own.fuel ? [`fuel (${own.fuel} here)`] : []),
    ...(said && said.rawOutput !== own.rawOutput ? ['the files it wrote'] : []),
    ...(said && said.trace !== own.trace ? ['the trace of its steps'] : []),
    ...(executionCommitment(own) === receipt.execution ? [] : ['what the receipt commits to']),
    ...(fileListDigest(fileList(released)) === receipt.output ? [] : ['the files that left']),
  ];
  return differences.length === 0
    ? ok(`Exit code ${exitCode}, ${fuel} fuel, the same files and the same trace.`)
    : failed(
        `Different: ${list(differences)}.`,
        'The provider signed for a result the program does not have.',
      );
}
