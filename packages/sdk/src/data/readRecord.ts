import { DESCRIPTION_KEY, type TableDescription, tableDescriptionSchema } from '@koinon/protocol';
import { z } from 'zod';

/** What a dataset's Croissant record says, as far as it can be read. */
export interface DatasetRecord {
  description?: string | undefined;
  license?: string | undefined;
  /** How many rows the owner made public; 0 for none. */
  publicRows?: number | undefined;
  /** Columns of the private table, and about how many rows there are. */
  table?: TableDescription | undefined;
}

// A stranger wrote the record: what cannot be read is not there.
const text = z.string().optional().catch(undefined);
const record = z.object({
  description: text,
  license: text,
  'koinon:publicRows': z.number().int().nonnegative().optional().catch(undefined),
  [DESCRIPTION_KEY]: tableDescriptionSchema.optional().catch(undefined),
});

/** Reads the `metadata` of a dataset. */
export function readRecord(metadata: Readonly<Record<string, unknown>> | undefined): DatasetRecord {
  const { description, license, ...koinon } = record.parse(metadata ?? {});
  return {
    description,
    license,
    publicRows: koinon['koinon:publicRows'],
    table: koinon[DESCRIPTION_KEY],
  };
}
