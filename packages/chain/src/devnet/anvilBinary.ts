import { createRequire } from 'node:module';
import { arch, platform } from 'node:process';
import { KoinonError } from '@koinon/protocol/errors';

/** Names of the platform packages where they differ from Node's. */
const archNames: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** Path of the anvil binary itself: killing the npm package's wrapper would leave it behind as an orphan. */
export function anvilBinary(): string {
  const name = `@foundry-rs/anvil-${platform}-${archNames[arch] ?? arch}`;
  const file = platform === 'win32' ? 'anvil.exe' : 'anvil';
  try {
    // The platform package is a dependency of the wrapper, and may be installed beside or below it.
    const fromWrapper = createRequire(
      createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'),
    );
    return fromWrapper.resolve(`${name}/bin/${file}`);
  } catch (cause) {
    throw new KoinonError({
      code: 'K_NO_ANVIL',
      message: `The local chain needs the npm package ${name}, which is not installed.`,
      fault: 'platform',
      next: 'Install with optional dependencies (plain `npm ci`), or name an RPC of a running chain with --rpc.',
      cause,
    });
  }
}
