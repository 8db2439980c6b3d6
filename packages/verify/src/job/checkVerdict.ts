import {
  cidOfDigest,
  DAG_CBOR,
  decodeNode,
  type FileEntry,
  type Verdict,
  verdictSchema,
  ZERO_32,
} from '@koinon/protocol';
import { findBlob } from '../blob.ts';
import { type Check, failed, type Outcome, ok, skipped } from '../check.ts';
import { count, list, short } from '../words.ts';
import { type JobContext, NO_MANIFEST } from './context.ts';

/** What the gate at the custodian decided about every file, where the rows are private. */
export async function* checkVerdict(context: JobContext): AsyncGenerator<Check> {
  const { evidence, check, sources, manifest } = context;
  const { message: receipt } = evidence.receipt;
  if (manifest && !manifest.private && receipt.verdict === ZERO_32 && !evidence.verdict) return;
  let verdict: Verdict | undefined;

  yield await check('verdict.bytes', 'The gate’s verdict is the one the receipt signs for.', async () => {
    if (!evidence.verdict) {
      if (receipt.verdict !== ZERO_32)
        return failed('It was left out.', 'Nobody can tell what the gate decided.');
      return manifest
        ? failed('There is none, and the rows are private.', 'The outputs left without passing the gate.')
        : skipped(NO_MANIFEST);
    }
    if (evidence.verdict !== cidOfDigest(receipt.verdict, DAG_CBOR)) {
      return failed(`The receipt names ${short(receipt.verdict)}.`, 'Another verdict was put in its place.');
    }
    const found = await findBlob(sources, evidence.verdict);
    if (found.state === 'missing') return skipped(`${short(evidence.verdict)} is not at hand here.`);
    if (found.state === 'wrong') {
      return failed(`The bytes given as ${short(evidence.verdict)} are others.`, 'The verdict was altered.');
    }
    verdict = verdictSchema.parse(decodeNode(found.bytes));
    return ok(`${count(verdict.artefacts.length, 'file')} judged under policy ${short(verdict.policy)}.`);
  });
  if (!verdict) return;
  const { policy, artefacts } = verdict;
  yield await check('verdict.outputs', 'Exactly those files left that the gate let out, byte for byte.', () =>
    compare(artefacts, evidence.outputs),
  );
  yield await check('verdict.policy', 'The gate applied the rules the data owner’s permission names.', () => {
    const { grant } = evidence;
    if (!grant) return skipped('There is no permission to compare with.');
    return policy === grant.message.policy
      ? ok(`Policy ${short(policy)}.`)
      : failed(
          `It applied ${short(policy)}; the permission names ${short(grant.message.policy)}.`,
          'The outputs were judged by other rules than the owner’s.',
        );
  });
}

function compare(artefacts: Verdict['artefacts'], outputs: readonly FileEntry[]): Outcome {
  const out = new Map(outputs.map(file => [file.name, file]));
  for (const { name, decision, size, sha256 } of artefacts) {
    const file = out.get(name);
    out.delete(name);
    if (decision === 'withheld') {
      if (file) return failed(`${name} was withheld and left all the same.`, 'The gate was passed by.');
    } else if (!file || file.size !== size || file.sha256 !== sha256) {
      return failed(
        `${name} is not the file the gate let out.`,
        'It was exchanged after the gate, or is missing.',
      );
    }
  }
  if (out.size > 0) {
    return failed(`The gate never judged ${list([...out.keys()])}.`, 'Something left that it did not see.');
  }
  const words = artefacts.map(({ name, decision }) => `${name}: ${decision}`);
  return ok(`${list(words) || 'Nothing left'}.`);
}
