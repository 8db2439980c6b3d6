import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { foundryBinary } from './foundry.ts';

export interface Anvil {
  url: string;
  stop(): Promise<void>;
}

/** A fresh chain on a free port of this machine, mining each transaction as it comes, with anvil's standard accounts. */
export async function startAnvil(): Promise<Anvil> {
  const port = await freePort();
  const child = spawn(foundryBinary('anvil'), ['--port', `${port}`, '--hardfork', 'prague'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await listening(child);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise(resolve => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`anvil ended with status ${code} before it listened.`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('Listening on')) resolve();
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('No free port.')),
      );
    });
  });
}
