import { z } from 'zod';

/** Null where it could not be computed, or is not told because the rows are private. */
const figure = z.number().nullable().default(null);
const figures = {
  rows: figure,
  accuracy: figure,
  logLoss: figure,
  rocAuc: figure,
  expectedCalibrationError: figure,
};

const metricsSchema = z.object({
  classes: z.array(z.string()).default([]),
  /** Of all rows together. */
  overall: z.object({ ...figures, rows: z.number() }),
  /** Of the rows that have this value in this column. */
  groups: z.array(z.object({ column: z.string(), value: z.string(), ...figures })).default([]),
});
/** How well a model does, as its `metrics.json` says. Shares are 0 to 1. */
export type Metrics = z.output<typeof metricsSchema>;

/** Reads a `metrics.json`. Throws a `SyntaxError` or a `ZodError` for what is none. */
export function readMetrics(file: Uint8Array): Metrics {
  return metricsSchema.parse(JSON.parse(new TextDecoder().decode(file)));
}
