// Builds what the repository does not carry: the programs, the executors' workers, the page, the processes' bundles.
// Each builder does nothing when what it is made of has not changed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildCli } from '../packages/cli/scripts/build.ts';
import { buildExecutors } from '../packages/executors/scripts/build.ts';
import { buildKernel } from '../packages/kernel/scripts/build.ts';
import { buildNode } from '../packages/node/scripts/build.ts';
import { buildWeb } from '../packages/web/scripts/build.ts';
import { buildPrograms } from '../programs/scripts/build.ts';
import { repository } from './bundle.ts';

/** Brings every built thing up to date. */
async function buildAll(): Promise<void> {
  // The page tells known programs by their digests, so they come first.
  const programs = buildPrograms();
  await Promise.all([
    programs,
    buildExecutors(),
    programs.then(() => buildWeb()),
    buildKernel(),
    buildNode(),
    buildCli(),
  ]);
}

if (import.meta.main) {
  if (!existsSync(join(repository, 'node_modules'))) throw new Error('Run "npm ci --ignore-scripts" first.');
  await buildAll();
}
