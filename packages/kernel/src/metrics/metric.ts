/** A value of a metric, under its label where it has one. */
export interface Reading {
  label?: string;
  value: number;
}

/**
 * One figure that a service tells, read when somebody looks and kept nowhere twice. Labels are few and fixed: no ids, no
 * addresses, nothing a client chose.
 */
export interface Metric {
  /** In the form of Prometheus, `koinon_jobs_total`. */
  name: string;
  help: string;
  kind: 'counter' | 'gauge' | 'histogram';
  /** Name of the label that its readings carry. */
  label?: string;
  /** Upper bounds of a histogram. */
  buckets?: readonly number[];
  /** All of it as it is now; of a histogram every observation. What throws leaves the last figures. */
  read(): readonly Reading[] | Promise<readonly Reading[]>;
}

/** Readings of a metric by label. */
export function readings(values: Readonly<Record<string, number>>): Reading[] {
  return Object.entries(values).map(([label, value]) => ({ label, value }));
}
