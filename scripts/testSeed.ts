// Loaded before every test file (`node --import`): properties draw the same cases in every run. KOINON_SEED is another
// number, or `random` for fresh cases; a property that fails prints the seed either way.
import { isMainThread } from 'node:worker_threads';
import { seedOf } from './seedOf.ts';

if (isMainThread) {
  const seed = seedOf(process.env['KOINON_SEED']);
  process.env['KOINON_SEED'] = String(seed);
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
