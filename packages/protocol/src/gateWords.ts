/** Why a file left or did not, in words for its owner: the same on the page and at the terminal. Imports nothing at run time. */
export const reasonWords: Readonly<Record<string, string>> = {
  rebuilt: 'written anew from its facts',
  clipped: 'weights beyond the largest level were set to it',
  'suppressed-groups': 'groups below the minimum stand without measures',
  opaque: 'as the program wrote it, since you allowed its bits',
  missing: 'declared and not written, or the program failed',
  'class-not-allowed': 'the policy lets no such file out, or fewer',
  'size-cap': 'larger than anything of its class',
  'too-many-values': 'more in it than anything of its class has',
  schema: 'not the format of its class',
  'unknown-class': 'a model, but of no class the gate knows',
  'unknown-name': 'classes or columns that are not the dataset’s',
  'too-few-rows': 'an evaluation over fewer rows than the minimum',
  inconsistent: 'the table is not the one on record, so nothing could be counted',
  'not-finite': 'NaN or infinity where a number is needed',
};

/** Whether a file would leave, and why, as a clause. A word of a newer gate stands for itself. */
export function reasonsSentence({
  released,
  reasons,
}: {
  released: boolean;
  reasons: readonly string[];
}): string {
  const why = reasons.map(word => reasonWords[word] ?? word).join('; ');
  return `${released ? 'would leave' : 'would not leave'}${why === '' ? '' : `: ${why}`}`;
}
