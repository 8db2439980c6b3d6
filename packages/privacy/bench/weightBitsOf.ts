// Prints the table of weightBits.bench.ts for a CSV of one's own: node packages/privacy/bench/weightBitsOf.ts FILE TARGET
import { readFileSync } from 'node:fs';
import { weightBits } from './weightBits.ts';

const [file, target] = process.argv.slice(2);
if (file === undefined || target === undefined) throw new Error('usage: weightBitsOf.ts FILE TARGET');
const { rows, note } = await weightBits(new Uint8Array(readFileSync(file)), target);
const names = Object.keys(rows.at(-1)!);
const line = (cells: readonly unknown[]) => `| ${cells.join(' | ')} |`;
console.log(
  [
    line(names),
    line(names.map(() => '--')),
    ...rows.map(row => line(names.map(name => row[name] ?? ''))),
  ].join('\n'),
);
console.log(`\n${note}`);
