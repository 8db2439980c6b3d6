import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KoinonError } from '@koinon/protocol/errors';
import { members, witness } from './members.ts';

/** Files and folders of a local network, by the beginning of their names; nothing else in its folder is touched. */
const FILES = ['chain.json', 'deployment.json', 'network.json'];

/**
 * Takes the folder of a local network for this process and answers how to give it back. What an earlier network left is
 * kept when it is whole, and forgotten when it is not or `fresh`. Throws `K_NETWORK_RUNNING` when another process has it.
 */
export function takeNetworkFolder(folder: string, options: { fresh: boolean }): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = join(folder, 'running.pid');
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(readFileSync(lock, 'utf8'));
      if (isAlive(holder)) throw alreadyRunning(folder, holder);
      rmSync(lock, { force: true });
    }
  }
  // Without the chain's state the nodes' folders speak of a network that is gone.
  const isWhole = existsSync(join(folder, 'chain.json')) && existsSync(join(folder, 'deployment.json'));
  if (options.fresh || !isWhole) forget(folder);
  return () => rmSync(lock, { force: true });
}

/** Removes the network and leaves what else is in the folder: it may be a person's own, or hold keystores. */
function forget(folder: string): void {
  const isOurs = (name: string) =>
    FILES.some(file => name.startsWith(file)) ||
    ([...members, witness].some(member => member.name === name) &&
      ['config.json', 'key.json'].some(file => existsSync(join(folder, name, file))));
  for (const name of readdirSync(folder)) {
    if (isOurs(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function alreadyRunning(folder: string, pid: number): KoinonError {
  return new KoinonError({
    code: 'K_NETWORK_RUNNING',
    message: `A network runs from ${folder} already (process ${pid}).`,
    fault: 'user',
    next: 'Use it from here, stop it with Ctrl-C in its terminal, or keep another one with --home FOLDER.',
  });
}
