import { type Hex, ZERO_32 } from '@koinon/protocol';
import type { DatasetRecord, Datasets, Reservation } from '../../port/datasets.ts';
import { badAnswer } from '../rpc/quantity.ts';
import { refusalOf } from '../transactions/revert.ts';
import { eachOf } from './eachOf.ts';
import type { CallParts } from './parts.ts';

const reservationStatus = ['none', 'reserved', 'spent', 'released'] as const;

type DatasetsParts = Pick<CallParts, 'contracts' | 'on' | 'index' | 'account'>;

export function evmDatasets({ contracts, on, index, account }: DatasetsParts): Datasets {
  async function record(id: bigint, metadataDigest: Hex): Promise<DatasetRecord> {
    return { ...(await contracts.read(on.datasets, 'datasetOf', [id])), id, metadataDigest };
  }

  return {
    async publish({ metadataDigest, contentRoot, custodian, policyDigest, capMicroRho }, options) {
      const args = [metadataDigest, contentRoot, custodian, policyDigest, capMicroRho] as const;
      const sent = await contracts.write(on.datasets, 'publish', args, {
        doing: 'publishing the dataset',
        ...options,
      });
      const published = sent.emitted(on.datasets, 'Published')[0];
      if (published === undefined) throw badAnswer('a publication without its event');
      return { ...sent.mined, id: published.dataset };
    },
    async get(id) {
      const { datasets } = await index.sync();
      try {
        return await record(id, datasets.get(id) ?? ZERO_32);
      } catch (error) {
        if (refusalOf(error) === 'ERC721NonexistentToken') return undefined;
        throw error;
      }
    },
    async list() {
      const { datasets } = await index.sync();
      return eachOf([...datasets], ([id, metadataDigest]) => record(id, metadataDigest));
    },
    async grantState(id, grantDigest) {
      const [[epoch, revoked, usesTaken], { owner, policyDigest }] = await Promise.all([
        contracts.read(on.datasets, 'grantState', [id, grantDigest]),
        contracts.read(on.datasets, 'datasetOf', [id]),
      ]);
      return { epoch, revoked, usesTaken, owner, policyDigest };
    },
    async revokeGrant(id, grantDigest, options) {
      const doing = 'revoking the grant';
      return (await contracts.write(on.datasets, 'revokeGrant', [id, grantDigest], { doing, ...options }))
        .mined;
    },
    async revokeAll(id, options) {
      return (
        await contracts.write(on.datasets, 'revokeAll', [id], { doing: 'revoking all grants', ...options })
      ).mined;
    },
    async setMetadata(id, metadataDigest, options) {
      const doing = 'describing the dataset';
      return (await contracts.write(on.datasets, 'setMetadata', [id, metadataDigest], { doing, ...options }))
        .mined;
    },
    async setCustodian(id, custodian, options) {
      const doing = 'naming another custodian';
      return (await contracts.write(on.datasets, 'setCustodian', [id, custodian], { doing, ...options }))
        .mined;
    },
    async setPolicy(id, policyDigest, options) {
      const doing = 'changing the policy';
      return (await contracts.write(on.datasets, 'setPolicy', [id, policyDigest], { doing, ...options }))
        .mined;
    },
    async transfer(id, to, options) {
      const doing = 'transferring the dataset';
      return (await contracts.write(on.datasets, 'transferFrom', [account, to, id], { doing, ...options }))
        .mined;
    },
    async reserve({ message, signature }, orderDigest, microRho, options) {
      const args = [message, signature, orderDigest, microRho] as const;
      return (await contracts.write(on.datasets, 'reserve', args, { doing: 'reserving budget', ...options }))
        .mined;
    },
    async spend(id, orderDigest, microRho, options) {
      const args = [id, orderDigest, microRho] as const;
      return (await contracts.write(on.datasets, 'spend', args, { doing: 'spending budget', ...options }))
        .mined;
    },
    async release(id, grantDigest, orderDigest, options) {
      const args = [id, grantDigest, orderDigest] as const;
      return (await contracts.write(on.datasets, 'release', args, { doing: 'releasing budget', ...options }))
        .mined;
    },
    async reservation(id, orderDigest): Promise<Reservation> {
      const [status, microRho] = await contracts.read(on.datasets, 'reservationOf', [id, orderDigest]);
      return { status: reservationStatus[status] ?? 'none', microRho };
    },
  };
}
