/** What one job of others may take of this machine, and how many run at a time. */
export interface JobLimits {
  maxRunMs: number;
  maxMemoryBytes: number;
  /** Jobs, and replays, at a time. */
  slots: number;
  /** Whether jobs run outside an adequate sandbox. */
  sandbox: 'required' | 'available';
}
