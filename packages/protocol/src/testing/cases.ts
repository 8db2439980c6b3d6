/**
 * How many cases a test goes through: `usual` in every run, enough to meet the fault they are for at once, and `nightly`
 * where KOINON_NIGHTLY asks for all that there are.
 */
export const cases = (usual: number, nightly: number): number =>
  process.env['KOINON_NIGHTLY'] ? nightly : usual;
