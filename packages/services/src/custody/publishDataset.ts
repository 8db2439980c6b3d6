import type { NodePorts } from '@koinon/kernel';
import { keepSecret } from '@koinon/kernel';
import {
  contentRoot,
  digestOfCid,
  type Hex,
  KoinonError,
  type Policy,
  policyDigest,
  policySchema,
  sha256,
  type TableDescription,
  toHex,
  toWire,
  utf8,
} from '@koinon/protocol';
import { croissant, formatCsv, mockTable, type TableWarning, tableBytes } from '@koinon/tabular';
import type { DatasetBook, HeldDataset } from './datasetBook.ts';
import { prepareTable, type TableRequest } from './prepareTable.ts';
import { requireConsent } from './publicRows.ts';

const MOCK_ROWS = 200;

export interface PublishRequest extends Omit<TableRequest, 'minGroupRows'> {
  name: string;
  description: string;
  license: string;
  policy: Omit<Policy, 'koinon'>;
  autoApprove: boolean;
  /** What a preview parted the rows by; drawn anew when absent. */
  seed?: Uint8Array | undefined;
  /** The yes to the very rows that become public, from a preview; nothing is public without. */
  consent?: Hex | undefined;
}

export interface PublishedDataset {
  dataset: HeldDataset;
  /** Rows that are public now. */
  publicRows: number;
  transaction: Hex;
  gasUsed: bigint;
  warnings: TableWarning[];
}

/**
 * Takes a CSV into custody and publishes what may be known about it: a Croissant record, a mock of the same shape, rows the
 * owner saw and said yes to, and on chain the salted content root. Everything is checked before anything is stored or
 * signed; the private rows are stored once, as the table programs will read, and their CSV is not kept. Throws
 * `K_PUBLIC_ROWS_UNSEEN` when rows would become public that nobody said yes to.
 */
export async function publishDataset(
  ports: Pick<NodePorts, 'store' | 'chain' | 'signer' | 'random' | 'clock' | 'journal'>,
  datasets: DatasetBook,
  request: PublishRequest,
): Promise<PublishedDataset> {
  const { store, chain, signer, random, clock } = ports;
  const { name, target, seed = random() } = request;
  const policy = policySchema.parse({ ...request.policy, koinon: 'policy/2' });
  const prepared = prepareTable({ ...request, minGroupRows: policy.minGroupRows }, seed);
  const { table, description, publicRows, warnings } = prepared;
  requireGroups(policy, description);
  if (publicRows) requireConsent(publicRows, seed, request.consent);
  const content = tableBytes(table);
  const mock = mockTable(description, { rows: MOCK_ROWS, seed: random() });

  const contentSalt = random();
  const root = contentRoot(content, contentSalt);
  const contentCid = await keepSecret(store, content, toHex(contentSalt));
  const mockCsv = utf8.encode(formatCsv(mock));
  const mockCid = await store.blobs.put(mockCsv, 'public');
  if (publicRows) await store.blobs.put(publicRows.file, 'public');
  const record = croissant({
    name,
    description: request.description,
    license: request.license,
    url: `koinon:${root}`,
    creator: { type: 'Organization', name: signer.address },
    datePublished: new Date(clock.nowMs()).toISOString().slice(0, 10),
    table: description,
    contentRoot: root,
    mock: { cid: mockCid, sha256: toHex(sha256(mockCsv)), bytes: mockCsv.length },
    ...(publicRows && {
      publicRows: {
        rows: publicRows.table.rows,
        cid: publicRows.cid,
        sha256: toHex(sha256(publicRows.file)),
        bytes: publicRows.file.length,
      },
    }),
  });
  const metadata = await store.blobs.putNode(toWire(record), 'public');
  const digest = policyDigest(policy);
  // Whoever checks what left works out its bound from the rules, and finds them by their digest.
  await store.blobs.putNode(toWire(policy), 'public');
  const published = await chain.datasets.publish({
    metadataDigest: digestOfCid(metadata),
    contentRoot: root,
    policyDigest: digest,
    custodian: signer.address,
    capMicroRho: 0n,
  });
  const dataset: HeldDataset = {
    id: published.id,
    name,
    contentRoot: root,
    contentSalt: toHex(contentSalt),
    content: contentCid,
    heldBackRows: table.heldBackRows ?? 0,
    metadata,
    mock: mockCid,
    publicTable: publicRows?.cid,
    target,
    policy,
    policyDigest: digest,
    autoApprove: request.autoApprove,
  };
  datasets.add(dataset);
  ports.journal.note('dataset-published', { id: published.id, name, transaction: published.transaction });
  return {
    dataset,
    publicRows: publicRows?.table.rows ?? 0,
    transaction: published.transaction,
    gasUsed: published.gasUsed,
    warnings,
  };
}

/** Throws `K_POLICY_GROUP` unless every group of the policy is a category that the table has. */
export function requireGroups({ groups }: Pick<Policy, 'groups'>, { columns }: TableDescription): void {
  const categories = columns.filter(({ type }) => type === 'category').map(({ name }) => name);
  const wrong = groups.find(group => !categories.includes(group));
  if (wrong === undefined) return;
  throw new KoinonError({
    code: 'K_POLICY_GROUP',
    message: `Models cannot be told apart by the words of "${wrong}": the table has no such category.`,
    fault: 'user',
    next: `Its categories are ${categories.map(category => `"${category}"`).join(', ') || 'none'}.`,
  });
}

/** Throws `K_DATASET_NAME` unless the name can stand in a command line. */
export function requireDatasetName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return;
  throw new KoinonError({
    code: 'K_DATASET_NAME',
    message: `"${name.slice(0, 80)}" is not a name for a dataset.`,
    fault: 'user',
    next: 'Use lower-case letters, digits and hyphens, at most 63.',
  });
}
