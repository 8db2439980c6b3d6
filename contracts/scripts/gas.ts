// Gas of whole transactions, as a receipt on a real node reports it: 21,000 and calldata included. `--write` updates
// the committed snapshot, `--check` fails where it differs or a budget is exceeded, neither only prints.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractsFolder } from './foundry.ts';
import { budgets, measureGas } from './measureGas.ts';

const path = join(contractsFolder, 'gas-snapshot.json');
/**
 * Signatures have zero bytes now and then, and a zero byte of calldata costs 12 less; a claim that meets the end of a window
 * rolls it forward, a slot (2,900) more. Budgets are held exactly.
 */
const TOLERANCE = 0.01;

const measured = await measureGas();
console.table(
  Object.entries(measured).map(([operation, gas]) => ({ operation, gas, budget: budgets[operation] ?? '' })),
);
if (process.argv.includes('--write')) writeFileSync(path, `${JSON.stringify(measured, null, 2)}\n`);

const faults = Object.entries(budgets)
  .filter(([operation, budget]) => (measured[operation] ?? Number.POSITIVE_INFINITY) > budget)
  .map(([operation, budget]) => `${operation}: ${measured[operation]} gas, at most ${budget} allowed.`);
if (process.argv.includes('--check')) {
  const snapshot: Record<string, number> = JSON.parse(readFileSync(path, 'utf8'));
  for (const operation of new Set([...Object.keys(snapshot), ...Object.keys(measured)])) {
    const [was, is] = [snapshot[operation] ?? 0, measured[operation] ?? 0];
    if (Math.abs(is - was) > was * TOLERANCE) faults.push(`${operation}: ${is} gas, ${was} in the snapshot.`);
  }
}
if (faults.length > 0) {
  console.error(`${faults.join('\n')}\nIf a change is meant: node contracts/scripts/gas.ts --write`);
  process.exit(1);
}
