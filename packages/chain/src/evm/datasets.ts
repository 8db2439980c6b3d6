import { type Hex, ZERO_32 } from '@koinon/protocol';
import type { KoinonError } from '@koinon/protocol/errors';
import type { EventIndex } from '../index/eventIndex.ts';
import type { DatasetRecord, Datasets, Reservation } from '../interfaces.ts';
import { lower } from '../lower.ts';
import { minedOf } from '../rpc/answers.ts';
import { badAnswer } from '../rpc/quantity.ts';
import type { Contracts } from './contracts.ts';
import { eachOf } from './eachOf.ts';

const reservationStatus = ['none', 'reserved', 'spent', 'released'] as const;

export function evmDatasets(contracts: Contracts, index: EventIndex, account: Hex): Datasets {
  async function record(id: bigint, metadataDigest: Hex): Promise<DatasetRecord> {
    const it = await contracts.read('datasets', 'datasetOf', [id]);
    return { ...it, id, metadataDigest, owner: lower(it.owner), custodian: lower(it.custodian) };
  }

  return {
    async publish({ metadataDigest, contentRoot, custodian, policyDigest, capMicroRho }, options) {
      const args = [metadataDigest, contentRoot, custodian, policyDigest, capMicroRho] as const;
      const receipt = await contracts.write('datasets', 'publish', args, 'publishing the dataset', options);
      const published = contracts.events('datasets', 'Published', receipt)[0];
      if (published === undefined) throw badAnswer('a publication without its event');
      return { ...minedOf(receipt), id: published.dataset };
    },
    async get(id) {
      const { datasets } = await index.sync();
      try {
        return await record(id, datasets.get(id) ?? ZERO_32);
      } catch (error) {
        if ((error as KoinonError).data?.['error'] === 'ERC721NonexistentToken') return undefined;
        throw error;
      }
    },
    async list() {
      const { datasets } = await index.sync();
      return eachOf([...datasets], ([id, metadataDigest]) => record(id, metadataDigest));
    },
    async grantState(id, grantDigest) {
      const [[epoch, revoked, usesTaken], { owner, policyDigest }] = await Promise.all([
        contracts.read('datasets', 'grantState', [id, grantDigest]),
        contracts.read('datasets', 'datasetOf', [id]),
      ]);
      return { epoch, revoked, usesTaken, owner: lower(owner), policyDigest };
    },
    async revokeGrant(id, grantDigest, options) {
      const doing = 'revoking the grant';
      return minedOf(await contracts.write('datasets', 'revokeGrant', [id, grantDigest], doing, options));
    },
    async revokeAll(id, options) {
      return minedOf(await contracts.write('datasets', 'revokeAll', [id], 'revoking all grants', options));
    },
    async setMetadata(id, metadataDigest, options) {
      const doing = 'describing the dataset';
      return minedOf(await contracts.write('datasets', 'setMetadata', [id, metadataDigest], doing, options));
    },
    async setCustodian(id, custodian, options) {
      const doing = 'naming another custodian';
      return minedOf(await contracts.write('datasets', 'setCustodian', [id, custodian], doing, options));
    },
    async setPolicy(id, policyDigest, options) {
      const doing = 'changing the policy';
      return minedOf(await contracts.write('datasets', 'setPolicy', [id, policyDigest], doing, options));
    },
    async transfer(id, to, options) {
      const doing = 'transferring the dataset';
      return minedOf(await contracts.write('datasets', 'transferFrom', [account, to, id], doing, options));
    },
    async reserve({ message, signature }, orderDigest, microRho, options) {
      const args = [message, signature, orderDigest, microRho] as const;
      return minedOf(await contracts.write('datasets', 'reserve', args, 'reserving budget', options));
    },
    async spend(id, orderDigest, microRho, options) {
      const args = [id, orderDigest, microRho] as const;
      return minedOf(await contracts.write('datasets', 'spend', args, 'spending budget', options));
    },
    async release(id, grantDigest, orderDigest, options) {
      const args = [id, grantDigest, orderDigest] as const;
      return minedOf(await contracts.write('datasets', 'release', args, 'releasing budget', options));
    },
    async reservation(id, orderDigest): Promise<Reservation> {
      const [status, microRho] = await contracts.read('datasets', 'reservationOf', [id, orderDigest]);
      return { status: reservationStatus[status] ?? 'none', microRho };
    },
  };
}
