// Builds what the repository does not carry: the programs, the executors' workers, the page, the node's bundle. Each
// builder keeps a stamp of its sources and does nothing when they are unchanged.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const builders = [
  'programs/scripts/build.ts',
  'packages/executors/scripts/build.ts',
  'packages/web/scripts/build.ts',
  'packages/node/scripts/build.ts',
];

for (const builder of builders.filter(path => existsSync(join(root, path)))) {
  const { status } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, builder)], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    console.error(`${builder} failed.`);
    process.exit(status ?? 1);
  }
}
