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
import { checkBound } from './checkBound.ts';
import { type JobContext, NO_MANIFEST } from './context.ts';

/** What the gate at the custodian let out, where the rows are private. */
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
    return ok(`${count(verdict.artefacts.length, 'file')} let out under policy ${short(verdict.policy)}.`);
  });
  if (verdict) yield* checkWord(context, verdict);
  yield* checkBound(context, verdict);
}

/** What the verdict says, against what left, the owner's rules and what was declared. */
async function* checkWord(
  { evidence, check, manifest, terms }: JobContext,
  { policy, record, artefacts, word }: Verdict,
): AsyncGenerator<Check> {
  yield await check('verdict.outputs', 'Exactly those files left that the gate let out, byte for byte.', () =>
    compare(artefacts, evidence.outputs),
  );
  yield await check('verdict.word', 'The gate’s word is the one that fits what left.', () => {
    if (!manifest) return skipped(NO_MANIFEST);
    const { outputs } = manifest;
    const stray = artefacts.find(
      ({ name, class: said }) => outputs.find(output => output.name === name)?.class !== said,
    );
    if (stray) {
      return failed(
        `It calls ${stray.name} a file of class ${stray.class}, which is not declared so.`,
        'The file was judged as something else than it is.',
      );
    }
    const fitting = artefacts.length === outputs.length ? 'released' : 'withheld';
    const left = `${artefacts.length} of ${count(outputs.length, 'declared file')} left`;
    return word === fitting
      ? ok(`“${word}”: ${left}. Why is sealed, for the owner and the auditor alone.`)
      : failed(`It says “${word}”; ${left}.`, 'The word could tell something that nobody counted.');
  });
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
  yield await check('verdict.record', 'The gate took names and grids from the record of the dataset.', () => {
    if (!terms?.record) return skipped('Neither a passport nor the chain names a record to compare with.');
    const { cid, isOfToday } = terms.record;
    if (cid === cidOfDigest(record, DAG_CBOR)) return ok(`Record ${short(record)}.`);
    if (isOfToday) return skipped(`It went by ${short(record)}; the record on chain is newer by now.`);
    return failed(
      `It went by ${short(record)}; the passport names ${short(cid)}.`,
      'Bounds and names were taken from another description of the data.',
    );
  });
}

function compare(artefacts: Verdict['artefacts'], outputs: readonly FileEntry[]): Outcome {
  const out = new Map(outputs.map(file => [file.name, file]));
  for (const { name, size, sha256 } of artefacts) {
    const file = out.get(name);
    out.delete(name);
    if (!file || file.size !== size || file.sha256 !== sha256) {
      return failed(
        `${name} is not the file the gate let out.`,
        'It was exchanged after the gate, or is missing.',
      );
    }
  }
  if (out.size > 0) {
    return failed(`The gate never let out ${list([...out.keys()])}.`, 'Something left that it did not see.');
  }
  return ok(`${list(artefacts.map(({ name }) => name)) || 'Nothing left'}.`);
}
