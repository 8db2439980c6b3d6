import {
  contentRoot,
  digestOfCid,
  type Hex,
  KoinonError,
  type Policy,
  policyDigest,
  policySchema,
  sha256,
  toHex,
  toWire,
  utf8,
} from '@koinon/protocol';
import {
  buildTable,
  type ColumnType,
  croissant,
  describeTable,
  dictionariesOf,
  encodeTable,
  formatCsv,
  inferSchema,
  mockTable,
  parseTable,
  splitRows,
  type TableWarning,
  tableBytes,
} from '@koinon/tabular';
import type { NodePorts } from '../ports/ports.ts';
import type { DatasetBook, HeldDataset } from './datasetBook.ts';

const MOCK_ROWS = 200;

export interface PublishRequest {
  name: string;
  description: string;
  license: string;
  csv: Uint8Array;
  /** The column models are meant to predict; the split is even over its classes. */
  target?: string | undefined;
  exclude?: readonly string[] | undefined;
  types?: Readonly<Record<string, ColumnType>> | undefined;
  /** Share of the rows given away for testing models, 0 (none) to below 1. */
  publicShare: number;
  policy: Omit<Policy, 'koinon'>;
  autoApprove: boolean;
}

export interface PublishedDataset {
  dataset: HeldDataset;
  transaction: Hex;
  gasUsed: bigint;
  warnings: TableWarning[];
}

/**
 * Takes a CSV into custody and publishes what may be known about it: a Croissant record, a mock of the same shape, the
 * public rows, and on chain the salted content root. Everything is checked before anything is signed; the private rows
 * are stored once, as the table programs will read, and their CSV is not kept.
 */
export async function publishDataset(
  ports: Pick<NodePorts, 'store' | 'chain' | 'signer' | 'random' | 'clock' | 'journal'>,
  datasets: DatasetBook,
  request: PublishRequest,
): Promise<PublishedDataset> {
  const { store, chain, signer, random, clock } = ports;
  const { name, target } = request;
  const policy = policySchema.parse({ ...request.policy, koinon: 'policy/1' });
  const raw = parseTable(request.csv);
  const schema = inferSchema(raw, {
    ...(target === undefined ? {} : { target }),
    ...(request.exclude ? { exclude: [...request.exclude] } : {}),
    ...(request.types ? { overrides: { ...request.types } } : {}),
  });
  const parts =
    request.publicShare > 0
      ? splitRows(raw, {
          publicShare: request.publicShare,
          seed: random(),
          ...(target === undefined ? {} : { target }),
        })
      : { private: raw, public: undefined };
  const encoding = { minCategoryRows: policy.minGroupRows };
  const table = buildTable(parts.private, schema, encoding);
  const content = tableBytes(table);
  const description = describeTable(table, {
    ...(target === undefined ? {} : { target }),
  });
  const mock = mockTable(description, { rows: MOCK_ROWS, seed: random() });

  const contentSalt = random();
  const root = contentRoot(content, contentSalt);
  const contentCid = await store.blobs.put(content, 'private');
  const mockCsv = utf8.encode(formatCsv(mock));
  const mockCid = await store.blobs.put(mockCsv, 'public');
  const publicTable = parts.public
    ? await store.blobs.put(
        encodeTable(parts.public, schema, { dictionaries: dictionariesOf(table) }),
        'public',
      )
    : undefined;
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
  });
  const metadata = await store.blobs.putNode(toWire(record), 'public');
  const digest = policyDigest(policy);
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
    metadata,
    mock: mockCid,
    publicTable,
    target,
    policy,
    policyDigest: digest,
    autoApprove: request.autoApprove,
  };
  datasets.add(dataset);
  ports.journal.note('dataset-published', { id: published.id, name, transaction: published.transaction });
  return {
    dataset,
    transaction: published.transaction,
    gasUsed: published.gasUsed,
    warnings: schema.warnings,
  };
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
