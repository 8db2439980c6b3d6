import {
  type ArtefactClass,
  equalBytes,
  type Manifest,
  type Policy,
  type TableDescription,
} from '@koinon/protocol';
import { artefactRules } from './artefactRules.ts';
import { settingOf } from './setting.ts';
import type { TableCounts } from './tableCounts.ts';

/** Nobody outside can count the rows: what was hidden stands without measures already, and stays so. */
const nothingHidden: TableCounts = { labelledRows: Number.POSITIVE_INFINITY, hidden: () => [] };

/**
 * Whether a file is one that the gate can have written for a job with these terms: read and written anew it is the same bytes.
 * Needs nothing private, so whoever has the file can tell that nothing else is in it. Never throws.
 */
export function isRebuilt(
  bytes: Uint8Array,
  artefactClass: Exclude<ArtefactClass, 'table'>,
  terms: { policy: Policy; manifest: Manifest; description: TableDescription },
): boolean {
  const setting = settingOf(terms.policy, terms.manifest, terms.description);
  if ('none' in setting) return false;
  try {
    return equalBytes(artefactRules[artefactClass].rebuild(bytes, setting, nothingHidden).bytes, bytes);
  } catch {
    return false;
  }
}
