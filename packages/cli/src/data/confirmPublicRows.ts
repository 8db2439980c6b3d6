import { writeFile } from 'node:fs/promises';
import { KoinonError } from '@koinon/protocol/errors';
import type { Preview } from '@koinon/sdk';
import { formatCsv, tableOfRows } from '@koinon/tabular';
import type { Surroundings } from '../commands/surroundings.ts';
import { askLine } from '../terminal/askSecret.ts';
import { styleFor } from '../terminal/style.ts';
import { usageError } from '../terminal/usageError.ts';
import { tellPublicRows } from './tellPreview.ts';

const ROWS_SHOWN = 20;

export interface YesOptions {
  /** How many rows the owner says may become public, where nobody can be asked. */
  yesPublishRows?: string;
  /** What an earlier preview parted the rows by. */
  seed?: string;
}

/**
 * Shows the rows that would become public, whatever else is printed, and has the owner say yes to them: in words at the
 * terminal, else by their number and by the seed of the preview that showed them. Throws unless that is so.
 */
export async function confirmPublicRows(
  surroundings: Surroundings,
  preview: Preview,
  { yesPublishRows, seed }: YesOptions,
): Promise<void> {
  const { stderr, stdin, environment } = surroundings;
  const rows = preview.publicRows?.rows ?? 0;
  if (rows === 0) return;
  const style = styleFor(stderr, environment);
  const { publicRows } = preview;
  const first = publicRows && { ...publicRows, shown: publicRows.shown.slice(0, ROWS_SHOWN) };
  stderr.write(`\n${tellPublicRows({ ...preview, publicRows: first }, style)}\n\n`);
  const none = 'or publish no rows: leave out --public-share.';
  const typed = `--yes-publish-rows ${rows} --seed ${preview.seed}`;
  if (yesPublishRows !== undefined) {
    if (yesPublishRows === String(rows) && seed !== undefined) return;
    throw usageError(
      yesPublishRows === String(rows)
        ? 'A yes is to rows that were seen, and each preview without a seed draws others.'
        : `--yes-publish-rows says ${yesPublishRows}, and ${rows} rows would become public.`,
      `Look at the rows above, then add ${typed}, ${none}`,
    );
  }
  if (!stdin?.isTTY)
    throw usageError(
      `${rows} rows would become public, for ever, and nobody is here to say yes to them.`,
      `Look at the rows above, then add ${typed}, ${none}`,
    );
  const yes = `publish ${rows} rows`;
  const answer = await askLine(
    surroundings,
    `These rows become public for ever. To say yes, type: ${yes}\n`,
    `Add ${typed}.`,
  );
  if (answer.trim() === yes) return;
  throw new KoinonError({
    code: 'K_NOT_CONFIRMED',
    message: 'Nothing was published.',
    fault: 'user',
    next: `Type "${yes}" to publish them, ${none}`,
  });
}

/** Writes all rows that would become public to a file, for whoever wants to look at each. */
export async function writePublicRows({ publicRows }: Preview, file: string): Promise<void> {
  await writeFile(file, formatCsv(tableOfRows(publicRows?.columns ?? [], publicRows?.shown ?? [])));
}
