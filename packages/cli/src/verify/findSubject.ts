import { resolve } from 'node:path';
import { type Hex, KoinonError, parseCid } from '@koinon/protocol';
import { findReceipt } from '@koinon/sdk';
import { getModel } from '../models/getModel.ts';
import { parseModelName } from '../models/modelName.ts';
import { usageError } from '../terminal/usageError.ts';
import type { Reach } from './reach.ts';
import { readEvidenceFile } from './readEvidenceFile.ts';
import type { Subject } from './subject.ts';

/**
 * What a person means: a file, the name of a passport, a receipt's digest, or a model, in this order. `reach` is called
 * only where a node has to be asked. Throws `K_USAGE`, `K_MODEL_UNKNOWN`, `K_PASSPORT_UNKNOWN`, `K_RECEIPT_UNKNOWN`.
 */
export async function findSubject(what: string, reach: () => Reach): Promise<Subject> {
  const file = await readEvidenceFile(resolve(what));
  if (file) return file;
  if (/[/\\.]/.test(what)) {
    throw usageError(
      `There is no file ${what}.`,
      'Give the path of a file made with "koinon verify NAME --export FILE".',
    );
  }
  if (/^0x/i.test(what)) {
    if (!/^0x[0-9a-f]{64}$/i.test(what)) {
      throw usageError(
        `"${what.slice(0, 80)}" is not the digest of a receipt.`,
        'It has 64 digits after 0x; "koinon jobs show" prints it.',
      );
    }
    const receipt = what.toLowerCase() as Hex;
    const { client, blob } = reach();
    const { name, evidence, domains } = await findReceipt(client, receipt, blob);
    return { kind: 'job', title: `${name}, receipt ${receipt}`, receipt, evidence, domains };
  }
  if (isCid(what)) return passportOf(reach(), what, `passport ${what}`);
  const wanted = parseModelName(what);
  const reached = reach();
  const { model } = await getModel(reached.client, wanted);
  return passportOf(reached, model.passport, `${model.name}, version ${model.version}`);
}

async function passportOf(reach: Reach, cid: string, title: string): Promise<Subject> {
  const bytes = await reach.blob(cid);
  if (bytes) return { kind: 'passport', title, cid, bytes };
  throw new KoinonError({
    code: 'K_PASSPORT_UNKNOWN',
    message: `No node that could be asked has the passport ${cid}.`,
    fault: 'user',
    next: 'Name the node that serves the model with --node URL, or give a file.',
  });
}

function isCid(text: string): boolean {
  try {
    parseCid(text);
    return true;
  } catch {
    return false;
  }
}
