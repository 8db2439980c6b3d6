import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isAlive } from '../local/networkFolder.ts';

const networkFile = z.object({
  rpcUrl: z.string(),
  pid: z.number().int(),
  nodes: z.array(z.object({ name: z.string(), home: z.string(), operator: z.string(), url: z.string() })),
});
export type LocalNetworkFile = z.output<typeof networkFile>;

/** The local network that runs from a folder, as it wrote itself down; undefined when none does. */
export function readLocalNetwork(folder: string): LocalNetworkFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, 'network.json'), 'utf8');
  } catch {
    return undefined;
  }
  const parsed = networkFile.safeParse(parseJson(text));
  return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
