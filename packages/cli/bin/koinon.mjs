#!/usr/bin/env node
// `npx koinon …` in this repository. Runs the bundled command line at once where it is built and this Node can; else as
// `npm run koinon` does, which installs, builds, and hands over to the pinned Node.
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/main.mjs', import.meta.url);
if (Number(process.versions.node.split('.')[0]) >= 24 && existsSync(bundle)) {
  // node:sqlite works and is pinned with Node itself; that it is young is no news to whoever types a command.
  process.removeAllListeners('warning');
  process.on('warning', warning => {
    if (warning.name !== 'ExperimentalWarning') console.error(`${warning.name}: ${warning.message}`);
  });
  await import(bundle);
} else {
  process.argv.splice(2, 0, 'koinon');
  await import(new URL('../../../scripts/run.mjs', import.meta.url));
}
