import { z } from 'zod';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { printResult } from '../terminal/printResult.ts';
import { printable } from '../terminal/table.ts';
import { findRequest, wants } from './requests.ts';

export async function approveRequest(surroundings: Surroundings, beginning: string): Promise<void> {
  const { client, nameOf } = chooseNode(surroundings, 'hospital');
  const request = await findRequest(client, beginning);
  const { grant } = await client.post(
    `/api/requests/${request.digest}/approve`,
    {},
    z.object({ grant: z.looseObject({}) }),
  );
  printResult(surroundings, { request: request.digest, grant }, style =>
    [
      `${style.green('✓')} granted: ${printable(wants(request, nameOf))}`,
      style.dim(
        `Take it back: koinon data revoke ${request.request.message.dataset} --request ${request.digest.slice(0, 10)}`,
      ),
    ].join('\n'),
  );
}

export async function denyRequest(
  surroundings: Surroundings,
  beginning: string,
  { reason }: { reason: string },
): Promise<void> {
  const { client, nameOf } = chooseNode(surroundings, 'hospital');
  const request = await findRequest(client, beginning);
  await client.post(`/api/requests/${request.digest}/deny`, { reason }, z.unknown());
  printResult(
    surroundings,
    { request: request.digest, denied: true, reason },
    style => `${style.green('✓')} denied; ${nameOf(request.request.message.requester)} is told “${reason}”`,
  );
}
