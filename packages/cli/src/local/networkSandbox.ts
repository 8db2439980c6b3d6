import { nodeRoutes } from '@koinon/api';
import { nodeClient } from '../api/nodeClient.ts';
import type { LocalNetwork } from './startLocalNetwork.ts';

export interface NetworkSandbox {
  jobsRunIn: string;
  isAdequate: boolean;
}

/** What the jobs of a local network run in: its nodes are all of this machine, so one is asked for all. */
export async function networkSandbox(network: LocalNetwork): Promise<NetworkSandbox> {
  const { url } = network.node('hospital');
  const { sandbox } = await nodeClient(url).call(nodeRoutes.status);
  return { jobsRunIn: sandbox?.jobsRunIn ?? 'unknown', isAdequate: sandbox?.isAdequate ?? false };
}

/** In one line, with what a node that works for strangers would make of it. */
export function networkSandboxLine({ jobsRunIn, isAdequate }: NetworkSandbox): string {
  return isAdequate
    ? `jobs run in ${jobsRunIn}`
    : `jobs run in ${jobsRunIn}: enough for this demonstration, not for strangers (apt-get install bubblewrap)`;
}
