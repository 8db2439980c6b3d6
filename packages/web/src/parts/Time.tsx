import { ago, dateTime } from '../words/format.ts';

/** A moment in unix seconds; how long ago where it is past, else the time. */
export function Time({ seconds, exact = false }: { seconds: number; exact?: boolean }) {
  const ms = seconds * 1000;
  const isPast = ms <= Date.now();
  return (
    <time dateTime={new Date(ms).toISOString()} title={dateTime(ms)}>
      {exact || !isPast ? dateTime(ms) : ago(ms, Date.now())}
    </time>
  );
}
