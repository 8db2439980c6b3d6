import { type Domains, type Hex, statementDigest, ZERO_ADDRESS } from '@koinon/protocol';
import { refusal } from '../evm/transactions/revert.ts';
import { lower } from '../lower.ts';
import type { DatasetRecord, Datasets, Reservation } from '../port/datasets.ts';
import type { Ledger } from './ledger.ts';
import type { SignatureCheck } from './signatureCheck.ts';

interface Held extends Reservation {
  /** First 128 bits of the grant's digest. */
  grantTag: string;
}
interface Entry {
  record: DatasetRecord;
  grants: Map<Hex, { revoked: boolean; usesTaken: number }>;
  reservations: Map<Hex, Held>;
}

const statusNumber = { none: 0, reserved: 1, spent: 2, released: 3 } as const;
const tagOf = (digest: Hex) => digest.slice(0, 34);

/** The rules of Datasets.sol over plain maps. */
export function memoryDatasets(
  ledger: Ledger,
  domains: Domains,
  check: SignatureCheck,
): { of(account: Hex): Datasets } {
  const entries = new Map<bigint, Entry>();

  function entryOf(id: bigint, doing: string): Entry {
    const entry = entries.get(id);
    if (entry === undefined) throw refusal('ERC721NonexistentToken', { tokenId: id }, doing);
    return entry;
  }

  function as(account: Hex, role: 'owner' | 'custodian', id: bigint, doing: string): Entry {
    // The contract knows no custodian of what was never published.
    const entry = role === 'custodian' ? entries.get(id) : entryOf(id, doing);
    const expected = entry?.record[role] ?? ZERO_ADDRESS;
    if (entry === undefined || expected !== account) {
      throw refusal('NotAuthorized', { caller: account, expected }, doing);
    }
    return entry;
  }

  function useOf(entry: Entry, digest: Hex) {
    const use = entry.grants.get(digest) ?? { revoked: false, usesTaken: 0 };
    entry.grants.set(digest, use);
    return use;
  }

  function openReservation(entry: Entry, order: Hex, doing: string): Held {
    const held = entry.reservations.get(order);
    if (held?.status !== 'reserved') {
      const status = statusNumber[held?.status ?? 'none'];
      throw refusal(
        'WrongReservation',
        { dataset: entry.record.id, orderDigest: lower(order), status },
        doing,
      );
    }
    return held;
  }

  return {
    of: account => {
      const changed = (
        id: bigint,
        doing: string,
        options: Parameters<Ledger['run']>[1],
        change: (entry: Entry) => void,
      ) =>
        ledger.run(account, options, ({ block }, tell) => {
          change(as(account, 'owner', id, doing));
          tell({ type: 'dataset', id, block });
        });

      return {
        async publish({ metadataDigest, contentRoot, custodian, policyDigest, capMicroRho }, options) {
          const doing = 'publishing the dataset';
          const { result, ...mined } = await ledger.run(account, options, ({ block }, tell) => {
            if (lower(custodian) === ZERO_ADDRESS) throw refusal('ZeroAddress', {}, doing);
            const id = BigInt(entries.size + 1);
            const record: DatasetRecord = {
              id,
              owner: account,
              epoch: 1n,
              spentMicroRho: 0n,
              reservedMicroRho: 0n,
              metadataDigest: lower(metadataDigest),
              contentRoot: lower(contentRoot),
              custodian: lower(custodian),
              policyDigest: lower(policyDigest),
              capMicroRho,
            };
            entries.set(id, { record, grants: new Map(), reservations: new Map() });
            tell({ type: 'dataset', id, block });
            return id;
          });
          return { ...mined, id: result };
        },
        async get(id) {
          const entry = entries.get(id);
          return entry && { ...entry.record };
        },
        list: async () => [...entries.values()].map(({ record }) => ({ ...record })),
        async grantState(id, grantDigest) {
          const { record, grants } = entryOf(id, 'to answer datasetOf');
          const use = grants.get(lower(grantDigest));
          const { epoch, owner, policyDigest } = record;
          return {
            epoch,
            owner,
            policyDigest,
            revoked: use?.revoked ?? false,
            usesTaken: use?.usesTaken ?? 0,
          };
        },
        revokeGrant: (id, grantDigest, options) =>
          changed(id, 'revoking the grant', options, entry => {
            useOf(entry, lower(grantDigest)).revoked = true;
          }),
        revokeAll: (id, options) =>
          changed(id, 'revoking all grants', options, ({ record }) => {
            record.epoch++;
          }),
        setMetadata: (id, metadataDigest, options) =>
          changed(id, 'describing the dataset', options, ({ record }) => {
            record.metadataDigest = lower(metadataDigest);
          }),
        setCustodian: (id, custodian, options) =>
          changed(id, 'naming another custodian', options, ({ record }) => {
            if (lower(custodian) === ZERO_ADDRESS)
              throw refusal('ZeroAddress', {}, 'naming another custodian');
            record.custodian = lower(custodian);
          }),
        setPolicy: (id, policyDigest, options) =>
          changed(id, 'changing the policy', options, ({ record }) => {
            record.policyDigest = lower(policyDigest);
          }),
        transfer: (id, to, options) =>
          ledger.run(account, options, ({ block }, tell) => {
            const doing = 'transferring the dataset';
            const { record } = entryOf(id, doing);
            if (lower(to) === ZERO_ADDRESS)
              throw refusal('ERC721InvalidReceiver', { receiver: lower(to) }, doing);
            if (record.owner !== account) {
              throw refusal('ERC721InsufficientApproval', { operator: account, tokenId: id }, doing);
            }
            record.owner = lower(to);
            record.epoch++;
            tell({ type: 'dataset', id, block });
          }),
        async reserve({ message, signature }, orderDigest, microRho, options) {
          const doing = 'reserving budget';
          const id = message.dataset;
          const grantDigest = statementDigest('Grant', message, domains);
          const ownerNow = entries.get(id)?.record.owner ?? ZERO_ADDRESS;
          const isOwners = await check(grantDigest, signature, ownerNow);
          return ledger.run(account, options, ({ timestamp }) => {
            const entry = as(account, 'custodian', id, doing);
            const { record, reservations } = entry;
            const { epoch, policyDigest, owner } = record;
            if (message.epoch !== epoch) {
              throw refusal('GrantOfOldEpoch', { grantDigest, epoch: message.epoch, present: epoch }, doing);
            }
            if (lower(message.policy) !== policyDigest) {
              const facts = { grantDigest, policy: lower(message.policy), present: policyDigest };
              throw refusal('GrantOfOldPolicy', facts, doing);
            }
            const { validFrom, expiresAt, uses } = message;
            if (BigInt(timestamp) < validFrom || BigInt(timestamp) >= expiresAt) {
              throw refusal('GrantNotInTime', { grantDigest, validFrom, expiresAt }, doing);
            }
            const use = entry.grants.get(grantDigest);
            if (use?.revoked) throw refusal('GrantIsRevoked', { grantDigest }, doing);
            if ((use?.usesTaken ?? 0) >= uses) throw refusal('GrantUsedUp', { grantDigest, uses }, doing);
            if (!isOwners || owner !== ownerNow)
              throw refusal('BadGrantSignature', { grantDigest, owner }, doing);
            if (microRho > message.microRho) {
              throw refusal('GrantTooSmall', { grantDigest, microRho, granted: message.microRho }, doing);
            }
            const available = record.capMicroRho - record.spentMicroRho - record.reservedMicroRho;
            if (microRho > available)
              throw refusal('BudgetExceeded', { dataset: id, microRho, available }, doing);
            const order = lower(orderDigest);
            const held = reservations.get(order);
            if (held !== undefined) {
              const status = statusNumber[held.status];
              throw refusal('WrongReservation', { dataset: id, orderDigest: order, status }, doing);
            }
            useOf(entry, grantDigest).usesTaken++;
            record.reservedMicroRho += microRho;
            reservations.set(order, { status: 'reserved', microRho, grantTag: tagOf(grantDigest) });
          });
        },
        spend: (id, orderDigest, microRho, options) =>
          ledger.run(account, options, () => {
            const doing = 'spending budget';
            const entry = as(account, 'custodian', id, doing);
            const held = openReservation(entry, lower(orderDigest), doing);
            if (microRho > held.microRho) {
              const facts = {
                dataset: id,
                orderDigest: lower(orderDigest),
                microRho,
                reserved: held.microRho,
              };
              throw refusal('ReservationTooSmall', facts, doing);
            }
            entry.record.reservedMicroRho -= held.microRho;
            entry.record.spentMicroRho += microRho;
            held.status = 'spent';
            held.microRho = microRho;
          }),
        release: (id, grantDigest, orderDigest, options) =>
          ledger.run(account, options, () => {
            const doing = 'releasing budget';
            const entry = as(account, 'custodian', id, doing);
            const held = openReservation(entry, lower(orderDigest), doing);
            if (held.grantTag !== tagOf(lower(grantDigest))) {
              const facts = {
                dataset: id,
                orderDigest: lower(orderDigest),
                grantDigest: lower(grantDigest),
              };
              throw refusal('WrongGrant', facts, doing);
            }
            entry.record.reservedMicroRho -= held.microRho;
            useOf(entry, lower(grantDigest)).usesTaken--;
            held.status = 'released';
            held.microRho = 0n;
          }),
        async reservation(id, orderDigest) {
          const held = entries.get(id)?.reservations.get(lower(orderDigest));
          return { status: held?.status ?? 'none', microRho: held?.microRho ?? 0n };
        },
      };
    },
  };
}
