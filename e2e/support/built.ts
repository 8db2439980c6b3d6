import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

// The processes of these tests run what was built: without this an edit would be tested in its old form. It is a
// process of its own because the bundler leaves one behind that would be taken for ours.
const script = join(import.meta.dirname, '..', '..', 'scripts', 'build.ts');
const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 'ignore', 'inherit'] });
if (status !== 0) throw new Error('The build failed.');
