// Fails when a package imports one that is not on a lower floor (docs/architecture.md), or reaches into another
// package's files instead of its face.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { repository } from './bundle.ts';

const floors: Record<string, number> = {
  protocol: 0,
  runtime: 1,
  tabular: 1,
  integrity: 1,
  privacy: 1,
  verify: 1,
  chain: 2,
  network: 2,
  store: 2,
  executors: 2,
  node: 3,
  cli: 4,
  simulate: 4,
  web: 4,
};

/**
 * Imports that go sideways on purpose. The page and the command line replay public jobs with the pure half of the onnx
 * executor; the privacy gate, the executors and the comparison of replicas read tables with `tabular`. Whoever checks evidence
 * works out bounds and reads released files with the gate's own functions: a second opinion on either would be another gate.
 */
const allowedSideways = new Set([
  'integrity → tabular',
  'privacy → tabular',
  'verify → privacy',
  'verify → tabular',
  'verify → runtime',
]);

const importOf = /(?:from|import)\s*\(?\s*'([^']+)'/g;
const faults: string[] = [];

for (const file of globSync('packages/*/src/**/*.{ts,tsx}', { cwd: repository })) {
  const [, name] = file.split('/') as [string, string];
  const floor = floors[name];
  if (floor === undefined) {
    faults.push(`packages/${name} has no floor; give it one in scripts/floors.ts`);
    continue;
  }
  const isTest = /\.(test|bench)\.tsx?$/.test(file) || file.includes('/testing/');
  const source = readFileSync(join(repository, file), 'utf8');
  for (const [, target] of source.matchAll(importOf)) {
    if (target!.startsWith('.')) {
      const reached = relative(repository, resolve(repository, dirname(file), target!));
      if (!reached.startsWith(`packages/${name}/`) && !isTest) faults.push(`${file} reaches into ${reached}`);
      continue;
    }
    const [, other] = target!.match(/^@koinon\/([^/]+)/) ?? [];
    if (!other || other === name || isTest) continue;
    const below = floors[other];
    if (below === undefined) {
      if (other !== 'programs') faults.push(`${file} imports ${target}, which is no package`);
    } else if (below >= floor && !allowedSideways.has(`${name} → ${other}`)) {
      faults.push(`${file} (floor ${floor}) imports ${target} (floor ${below})`);
    }
  }
}

for (const fault of new Set(faults)) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`Floors: ${Object.keys(floors).length} packages, each imports only from below.`);
