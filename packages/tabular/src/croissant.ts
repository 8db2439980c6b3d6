import { DESCRIPTION_KEY, type Hex, type TableDescription } from '@koinon/protocol';

export interface CroissantInput {
  name: string;
  description: string;
  /** URL of the terms. */
  license: string;
  /** Page of the dataset; a `koinon:` name where there is no page. */
  url: string;
  creator: { type: 'Organization' | 'Person'; name: string };
  /** ISO date, `2026-11-22`. */
  datePublished: string;
  table: TableDescription;
  /** Merkle root of the private bytes, salted: it confirms no guess about them. */
  contentRoot: Hex;
  /** The public stand-in, where there is one: CID and sha-256 of its CSV bytes. */
  mock?: { cid: string; sha256: Hex; bytes: number };
  /** Rows the owner gave away, where there are any: CID and sha-256 of their table file. */
  publicRows?: { rows: number; cid: string; sha256: Hex; bytes: number };
  /** Data Use Ontology terms the owner consents to, `DUO_0000042`. */
  duoTerms?: readonly string[];
  limitations?: string;
  biases?: string;
}

const CONTEXT = {
  '@language': 'en',
  '@vocab': 'http://schema.org/',
  sc: 'http://schema.org/',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  dct: 'http://purl.org/dc/terms/',
  duo: 'http://purl.obolibrary.org/obo/DUO_',
  odrl: 'http://www.w3.org/ns/odrl/2/',
  koinon: 'urn:koinon:',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  samplingRate: 'cr:samplingRate',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
};

/**
 * The dataset's Croissant 1.1 record (JSON-LD, mlcommons/croissant docs/croissant-spec-1.1.md). The file it lists is
 * the mock, which anyone can fetch and check; the private bytes appear by their salted root only, for their plain
 * digest would confirm a guess.
 */
export function croissant(input: CroissantInput): Record<string, unknown> {
  const { table, mock } = input;
  const file = mock === undefined ? 'private-table' : 'mock.csv';
  return {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: ['http://mlcommons.org/croissant/1.1', 'http://mlcommons.org/croissant/RAI/1.0'],
    name: input.name,
    description: input.description,
    license: input.license,
    url: input.url,
    creator: { '@type': input.creator.type, name: input.creator.name },
    datePublished: input.datePublished,
    'koinon:contentRoot': input.contentRoot,
    'koinon:publicRows': input.publicRows?.rows ?? 0,
    [DESCRIPTION_KEY]: table,
    distribution: [
      fileObject(input),
      ...(input.publicRows === undefined ? [] : [publicFile(input.publicRows)]),
    ],
    recordSet: [
      {
        '@type': 'cr:RecordSet',
        '@id': 'rows',
        name: 'rows',
        field: table.columns.map(column => ({
          '@type': 'cr:Field',
          '@id': `rows/${column.name}`,
          name: column.name,
          dataType: column.type === 'number' ? 'sc:Float' : 'sc:Text',
          source: { fileObject: { '@id': file }, extract: { column: column.name } },
        })),
      },
    ],
    ...(input.duoTerms === undefined ? {} : { usageInfo: usageInfo(input.duoTerms) }),
    ...(input.biases === undefined ? {} : { 'rai:dataBiases': input.biases }),
    ...(input.limitations === undefined ? {} : { 'rai:dataLimitations': input.limitations }),
  };
}

function fileObject({ mock, contentRoot }: CroissantInput): Record<string, unknown> {
  if (mock === undefined) {
    return {
      '@type': 'cr:FileObject',
      '@id': 'private-table',
      name: 'private-table',
      contentUrl: `koinon:private/${contentRoot}`,
      encodingFormat: 'application/octet-stream',
    };
  }
  return {
    '@type': 'cr:FileObject',
    '@id': 'mock.csv',
    name: 'mock.csv',
    description: 'Invented rows of the same shape, made from this description alone.',
    contentUrl: `koinon:blob/${mock.cid}`,
    contentSize: `${mock.bytes} B`,
    encodingFormat: 'text/csv',
    sha256: mock.sha256.slice(2),
  };
}

function publicFile({
  rows,
  cid,
  sha256,
  bytes,
}: NonNullable<CroissantInput['publicRows']>): Record<string, unknown> {
  return {
    '@type': 'cr:FileObject',
    '@id': 'public-rows.safetensors',
    name: 'public-rows.safetensors',
    description: `${rows} rows that the owner made public; the private rows are others.`,
    contentUrl: `koinon:blob/${cid}`,
    contentSize: `${bytes} B`,
    encodingFormat: 'application/octet-stream',
    sha256: sha256.slice(2),
  };
}

function usageInfo(terms: readonly string[]): Record<string, unknown> {
  return {
    '@type': ['CreativeWork', 'odrl:Offer'],
    'odrl:permission': terms.map(term => ({ 'odrl:action': { '@id': term.replace(/^DUO[_:]/, 'duo:') } })),
  };
}
