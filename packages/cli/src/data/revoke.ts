import { custodyRoutes, nodeRoutes } from '@koinon/api';
import { type Hex, statementDigest } from '@koinon/protocol';
import { KoinonError } from '@koinon/protocol/errors';
import type { Client } from '@koinon/sdk';
import { chooseNode } from '../api/chooseNode.ts';
import type { Surroundings } from '../commands/surroundings.ts';
import { short } from '../terminal/amounts.ts';
import { printResult } from '../terminal/printResult.ts';
import { usageError } from '../terminal/usageError.ts';
import { findDataset } from './findDataset.ts';
import { lookAtRequest } from './findRequest.ts';

export interface RevokeOptions {
  request?: string;
  grant?: string;
  all?: boolean;
}

/** Ends grants on chain. All of them only when that is said in so many words. */
export async function revokeGrants(
  surroundings: Surroundings,
  idOrName: string,
  options: RevokeOptions,
): Promise<void> {
  const { request, grant, all } = options;
  if (!request && !grant && !all) {
    throw usageError(
      'Which grant should end?',
      'Say --request REQUEST for the one that answered it, or --all for every grant of the dataset.',
    );
  }
  if (grant !== undefined && !/^0x[0-9a-f]{64}$/.test(grant)) {
    throw usageError(`"${grant}" is not the digest of a grant.`, 'Give 0x and 64 hex digits.');
  }
  const { client } = chooseNode(surroundings, 'hospital');
  const { id } = await findDataset(client, idOrName);
  const digest = request === undefined ? grant : await grantOf(client, request, id);
  const mined = await client.call(custodyRoutes.revoke, {
    params: { id },
    body: digest === undefined ? {} : { grant: digest },
  });
  printResult(
    surroundings,
    { dataset: id, ...(digest === undefined ? { all: true } : { grant: digest }), ...mined },
    style =>
      `${style.green('✓')} ${digest === undefined ? `every grant of dataset ${id} has ended` : `grant ${short(digest)} has ended`}` +
      style.dim(`  tx ${short(mined.transaction)} · block ${mined.block}`),
  );
}

/** The digest of the grant that answered a request, as the contract knows it. */
async function grantOf(client: Client, beginning: string, dataset: string): Promise<Hex> {
  const request = await lookAtRequest(client, beginning);
  if (!request.grant) {
    throw new KoinonError({
      code: 'K_NOT_GRANTED',
      message: `Request ${short(request.digest)} has no grant that could end; it is ${request.status}.`,
      fault: 'user',
      next: `"koinon data deny ${request.digest.slice(0, 10)}" refuses one that waits.`,
    });
  }
  if (String(request.request.message.dataset) !== dataset) {
    throw usageError(
      `Request ${short(request.digest)} is for dataset ${request.request.message.dataset}, not ${dataset}.`,
      `Type: koinon data revoke ${request.request.message.dataset} --request ${beginning}`,
    );
  }
  const { deployment } = await client.call(nodeRoutes.status);
  return statementDigest('Grant', request.grant.message, deployment);
}
