import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The contracts' folder. */
export const contractsFolder = join(import.meta.dirname, '..');

/** The contracts that are deployed, in the order in which they need one another. */
export const contractNames = [
  'KoinToken',
  'Nodes',
  'Escrow',
  'Datasets',
  'Models',
  'BlockBeacon',
  'DrandBeacon',
  'Audits',
  'CourtEvidence',
  'Court',
  'Names',
] as const;
export type ContractName = (typeof contractNames)[number];

/** Whose code a contract runs on its own storage for what it does not answer itself. */
export const codeOf: Partial<Record<ContractName, ContractName>> = { Court: 'CourtEvidence' };

/**
 * Path of the binary itself for this machine: killing the package's wrapper script would orphan what it started.
 * Throws where Foundry has no build for the platform.
 */
export function foundryBinary(tool: 'forge' | 'anvil'): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return createRequire(import.meta.url).resolve(
    `@foundry-rs/${tool}-${process.platform}-${arch}/bin/${tool}${suffix}`,
  );
}

/** Runs forge in the contracts' folder and returns its exit status; its output goes through. */
export function forge(...args: string[]): number {
  const result = spawnSync(foundryBinary('forge'), args, { cwd: contractsFolder, stdio: 'inherit' });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

export interface Artifact {
  abi: unknown[];
  bytecode: { object: `0x${string}`; linkReferences: object };
  deployedBytecode: { object: `0x${string}` };
}

/** What forge built last. */
export function artifact(name: ContractName): Artifact {
  return JSON.parse(readFileSync(join(contractsFolder, 'out', `${name}.sol`, `${name}.json`), 'utf8'));
}
