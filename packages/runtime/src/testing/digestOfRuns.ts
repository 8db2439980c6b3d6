import { sha256 } from '@noble/hashes/sha2.js';
import { execute } from './execute.ts';
import { randomProgram } from './randomProgram.ts';

/** One digest, hex, over exit code, fuel and trace root of a fixed set of programs full of NaNs. */
export async function digestOfRuns(programs: number): Promise<string> {
  const all: string[] = [];
  for (let seed = 1; seed <= programs; seed++) {
    const { exitCode, fuelUsed, traceRoot } = await execute(randomProgram(seed));
    all.push(`${seed} ${exitCode} ${fuelUsed} ${traceRoot}`);
  }
  const hash = sha256(new TextEncoder().encode(all.join('\n')));
  return [...hash].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
