// Everything about the contracts that can be checked: generated files, format, lint, tests, gas. Prints what failed and
// ends with status 1 if anything did.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { contractsFolder, forge } from './foundry.ts';

const node = (...args: string[]) =>
  spawnSync(process.execPath, args, { cwd: contractsFolder, stdio: 'inherit' }).status ?? 1;
const script = (name: string, ...args: string[]) => node(join(contractsFolder, 'scripts', name), ...args);

const steps: [name: string, run: () => number][] = [
  ['generated files are what the sources give', () => script('build.ts', '--check')],
  ["drand's vectors are what their script gives", () => script('drandVectors.ts', '--check')],
  ['format', () => forge('fmt', '--check')],
  ['lint', () => forge('lint', 'src', '--deny', 'warnings')],
  ['tests', () => forge('test')],
  ['privileges', () => node('--test', 'test/privileges.test.ts')],
  ['gas', () => script('gas.ts', '--check')],
];
const failed = steps.filter(([name, run]) => {
  console.log(`\n── Contracts: ${name}`);
  return run() !== 0;
});
if (failed.length > 0) {
  console.error(`\nContracts failed: ${failed.map(([name]) => name).join(', ')}.`);
  process.exit(1);
}
