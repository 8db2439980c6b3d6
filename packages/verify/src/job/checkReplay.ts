import {
  asKoinonError,
  type ExecutionOpening,
  executionCommitment,
  fileList,
  fileListDigest,
  type Manifest,
  publicRelease,
  toHex,
  ZERO_32,
} from '@koinon/protocol';
import { readBlob } from '../blob.ts';
import { type Check, failed, type Outcome, ok, skipped } from '../check.ts';
import type { ReplayResult } from '../sources.ts';
import { list, short } from '../words.ts';
import { type JobContext, NO_MANIFEST } from './context.ts';
import { traceRootOf } from './traceRootOf.ts';

/** Errors that follow from the program itself, so that no honest node could have run it. */
const REFUSALS: ReadonlySet<string> = new Set(['K_MODULE_REFUSED', 'K_MODEL_REFUSED']);

/** Runs a public job again, here, and compares everything the receipt commits to. */
export async function* checkReplay(context: JobContext): AsyncGenerator<Check> {
  const { check } = context;
  yield await check('replay', 'Run again here, the job comes to the same bytes.', () => replay(context));
}

async function replay(context: JobContext): Promise<Outcome> {
  const { evidence, manifest, sources } = context;
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
  return compare(context, manifest, result);
}

async function compare(context: JobContext, manifest: Manifest, result: ReplayResult): Promise<Outcome> {
  const { evidence } = context;
  const { exitCode, fuel, outputs, traceRoot } = result;
  const own: ExecutionOpening = {
    salt: ZERO_32,
    exitCode,
    fuel,
    rawOutput: fileListDigest(fileList(outputs)),
    trace: typeof traceRoot === 'string' ? traceRoot : toHex(traceRoot),
  };
  const released = publicRelease(manifest, result);
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
  if (differences.length === 0) {
    return ok(`Exit code ${exitCode}, ${fuel} fuel, the same files and the same trace.`);
  }
  const where = [await filesApart(context, released), await stepsApart(context, result, own)].flatMap(
    words => words ?? [],
  );
  return failed(
    [`Different: ${list(differences)}.`, ...where].join(' '),
    'The provider signed for a result the program does not have.',
  );
}

/** Which file differs, and from which byte on. */
async function filesApart(
  { evidence, sources }: JobContext,
  released: ReadonlyMap<string, Uint8Array>,
): Promise<string | undefined> {
  const words: string[] = [];
  const signed = new Map(evidence.outputs.map(file => [file.name, file]));
  for (const { name, sha256 } of fileList(released)) {
    const file = signed.get(name);
    signed.delete(name);
    if (!file) words.push(`${name} is missing`);
    if (!file || file.sha256 === sha256) continue;
    const theirs = await readBlob(sources, file.cid);
    const at = theirs && firstByteApart(released.get(name)!, theirs);
    words.push(at === undefined ? name : `${name} from byte ${at} on`);
  }
  for (const name of signed.keys()) words.push(`${name} should not be there`);
  return words.length === 0 ? undefined : `Of the files: ${list(words)}.`;
}

function firstByteApart(a: Uint8Array, b: Uint8Array): number | undefined {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return undefined;
}

/** At which step the two executions part, where the provider's trace can be had. */
async function stepsApart(
  { digests, sources }: JobContext,
  { stepRoots }: ReplayResult,
  { trace }: ExecutionOpening,
): Promise<string | undefined> {
  if (!stepRoots || !sources.trace) return undefined;
  const mine = stepRoots.map(root => (typeof root === 'string' ? root : toHex(root)));
  const theirs = await sources.trace(digests.receipt).catch(() => undefined);
  if (!theirs || theirs.length === 0) return undefined;
  const root = traceRootOf(theirs);
  if (root === trace) return 'Every step ends in the same state: it was altered after the last one.';
  const step = theirs.findIndex((each, i) => each !== mine[i]);
  return step >= 0
    ? `The first step that ends otherwise is step ${step} of ${theirs.length}: here in ${short(mine[step] ?? 'nothing')}, there in ${short(theirs[step]!)}. Replay it alone with --step ${step}.`
    : `There it ends after step ${theirs.length - 1}; here it goes on to step ${mine.length - 1}.`;
}
