/** What confines the jobs of a node, in one line, with the setting behind it and what would mend it. */
export function sandboxLine(
  sandbox: { setting: string; isAdequate: boolean; jobsRunIn: string } | undefined,
): string {
  if (!sandbox) return 'nothing runs here';
  const { setting, isAdequate, jobsRunIn } = sandbox;
  if (isAdequate) return jobsRunIn;
  const verdict =
    setting === 'required'
      ? 'not enough, so no job is taken'
      : 'not enough for programs of strangers, and allowed by "sandbox": "available"';
  return `${jobsRunIn}: ${verdict}; install bubblewrap`;
}
