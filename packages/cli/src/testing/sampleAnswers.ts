import { cidOfBlob, type Hex, type Manifest, termsDigest, toWire } from '@koinon/protocol';
import { makeStudy } from '@koinon/verify/testing';
import type { Answers, Asked } from './fakeNode.ts';

const signature = `0x${'0'.repeat(130)}`;
const address = (digit: string) => `0x${digit.repeat(40)}`;
const digest = (digit: string) => `0x${digit.repeat(64)}`;
const hospital = address('a');
export const auditor = address('b');
export const researcher = address('c');
const stranger = address('f');
export const request = digest('3');

export const modelBytes = new TextEncoder().encode('a model');
const passportBytes = new TextEncoder().encode('a passport');
const metrics = new TextEncoder().encode(
  JSON.stringify({
    version: 1,
    rows: 80,
    overall: { rows: 80, accuracy: 0.9, logLoss: 0.25, rocAuc: 0.95, expectedCalibrationError: null },
    groups: [{ column: 'sex', value: 'female', rows: 40, accuracy: 0.875 }],
  }),
);
const policy = {
  koinon: 'policy/2',
  minGroupRows: 10,
  outputs: { model: 1, metrics: 1, evaluation: 1 },
  weightBits: 8,
  ratePermille: 5,
  groups: [],
  opaqueBits: 0,
  publicInputs: [],
  candidates: true,
  bits: { job: 2_000, requesterYear: 10_000, year: 20_000, total: 100_000 },
  maxUses: 10,
  token: address('d'),
  amount: '100000000000000000',
  dryRunAmount: '10000000000000000',
  auditors: [auditor],
  maxFuel: 1e12,
  maxRunMs: 600_000,
};
const description = {
  version: 2,
  approximateRows: 320,
  approximateHeldBackRows: 80,
  columns: [
    { name: 'age', type: 'number', grid: { centre: 56, unit: 8 } },
    { name: 'sex', type: 'category', dictionary: ['female', 'male'] },
    { name: 'outcome', type: 'category', dictionary: ['no', 'yes'] },
  ],
  target: 'outcome',
};
const held = {
  name: 'cohort',
  target: 'outcome',
  policy,
  mock: cidOfBlob(metrics),
  metadata: cidOfBlob(metrics),
  publicTable: cidOfBlob(metrics),
  autoApprove: false,
};
const dataset = {
  id: '1',
  owner: hospital,
  custodian: hospital,
  contentRoot: digest('1'),
  policyDigest: digest('a'),
  metadataDigest: digest('b'),
  epoch: '0',
  capMicroRho: '0',
  spentMicroRho: '0',
  reservedMicroRho: '0',
  held,
};
const described = {
  ...dataset,
  metadata: {
    description: 'A table in private custody.',
    'koinon:publicRows': 100,
    'koinon:table': description,
  },
};
/** What a custodian says of a table before it is published; its rows are public where the question has a share. */
export function preview({ query }: Pick<Asked, 'query'>): Record<string, unknown> {
  const isPublic = Number(query.get('publicShare')) > 0;
  return {
    seed: query.get('seed') ?? digest('6'),
    rows: { training: 2, heldBack: 1, public: isPublic ? 1 : 0 },
    columns: [
      { name: 'age', type: 'number', missing: 0 },
      { name: 'sex', type: 'category', missing: 0, words: 2, foldedWords: 3 },
      { name: 'outcome', type: 'category', missing: 0, words: 2, foldedWords: 0 },
    ],
    excluded: [],
    description,
    publishedBits: 14,
    warnings: [{ code: 'K_TABLE_IDENTIFYING_COLUMN', column: 'age', message: 'Column "age" looks odd.' }],
    singlingOut: { rows: 4, worst: [], sentences: ['"age" alone singles out 75.0 % of 4 rows.'] },
    ...(isPublic
      ? {
          publicRows: {
            rows: 1,
            columns: ['age', 'sex', 'outcome'],
            shown: [['47', 'male', 'yes']],
            cid: cidOfBlob(metrics),
            bytes: 100,
            consent: digest('7'),
          },
        }
      : {}),
  };
}
const dispute = {
  id: digest('d'),
  kind: 'jury',
  accused: hospital,
  accuser: auditor,
  statement: digest('e'),
  outcome: 'convicted',
  ground: 'jury',
  slashed: '10000000000000000000',
  openedAtSeconds: 1_000,
  settledAtSeconds: 2_000,
  stage: 'settled',
};
const disputeInFull = {
  ...dispute,
  timeline: [
    ['accused', auditor, { step: '3' }],
    ['vote-sealed', researcher, { round: '0' }],
    ['convicted', hospital, { ground: 'jury', slashed: '10000000000000000000' }],
  ].map(([what, who, details], i) => ({
    what,
    who,
    details,
    id: digest('d'),
    timeSeconds: 1_000 + i,
    block: i,
    transaction: digest(String(i)),
  })),
  jury: { step: '3', claimed: digest('1'), majority: digest('2'), stakeBlock: 9, rounds: [] },
};
const quote = {
  assurance: 'replay',
  providers: [hospital],
  token: address('d'),
  workAmount: '110000000000000000',
  replicasAmount: '0',
  auditsAmount: '0',
  totalAmount: '110000000000000000',
  auditRatePpm: 100_000,
  risk: {
    undetectedPpm: 933_334,
    lossOnDetection: '10000000000000000000',
    isDeterred: true,
    factors: [{ name: 'rate', ppm: 100_000, what: 'Share of such receipts that the lot has replayed.' }],
  },
};
/** What work on private rows would cost and could tell. */
export const privateQuote = {
  ...quote,
  assurance: 'owner-audited',
  release: {
    jobs: [
      {
        job: 'train',
        bits: 305,
        terms: [
          { kind: 'file', name: 'metrics.json', class: 'metrics', bits: 20.1 },
          { kind: 'file', name: 'model.onnx', class: 'model', bits: 274 },
          { kind: 'outcome', bits: 4.5 },
          { kind: 'report', bits: 5.6 },
        ],
      },
      {
        job: 'measure',
        bits: 51,
        terms: [{ kind: 'file', name: 'metrics.json', class: 'evaluation', bits: 40.6 }],
      },
    ],
    caps: policy.bits,
  },
};
const integrity = {
  atSeconds: 3_000,
  block: 12,
  beacon: 'block',
  challengeWindowSeconds: 604_800,
  audits: { receipts: 9, drawn: 4, done: 4, agrees: 3, differs: 1, unavailable: 0, latest: [] },
  disputes: { open: 0, convicted: 1, acquitted: 0, undecided: 0 },
  convictions: [],
  slashed: '10000000000000000000',
  providers: [
    {
      operator: hospital,
      roles: ['provide'],
      stake: '10000000000000000000',
      freeStake: '10000000000000000000',
      exposure: '0',
      convictions: 0,
      risk: {
        agreements: 3,
        recordRatePpm: 1_000_000,
        bondRatePpm: 20_000,
        auditRatePpm: 1_000_000,
        detectionPpm: 1_000_000,
        adversarialSharePpm: 333_333,
        auditors: 1,
        collusionPpm: 333_333,
        undetectedPpm: 333_333,
        lossOnDetection: '10000000000000000000',
        gain: '10',
        gainInFlight: '0',
      },
    },
  ],
  logs: [{ operator: auditor, state: 'ok', size: '3', anchoredSize: '3', anchoredAtBlock: 4 }],
};
/** A question to the owner as a study keeps it; `changes` are to the message. */
export function asked(changes: object = {}) {
  const message = {
    dataset: '1',
    requester: researcher,
    terms: digest('2'),
    purpose: 'Research.',
    token: address('d'),
    maxAmount: '200000000000000000',
    bits: '305',
    microRho: '0',
    uses: 1,
    expiresAt: '1800000000',
    nonce: digest('4'),
    ...changes,
  };
  return { digest: request, request: { message, signature }, manifest: cidOfBlob(modelBytes) };
}
/** A yes as a study keeps it; `changes` are to the message. */
export function given(changes: object = {}) {
  const { purpose: _, maxAmount: amount, ...message } = asked().request.message;
  const grant = {
    ...message,
    amount,
    epoch: '0',
    purpose: digest('5'),
    policy: digest('6'),
    auditor,
    validFrom: '0',
    ...changes,
  };
  return { digest: request, grant: { message: grant, signature } };
}
export const step = (name: string, result: unknown) => ({
  workflow: '4f1c2b3a9d8e',
  name,
  status: 'done' as const,
  startedAtMs: 1_000,
  endedAtMs: 2_000,
  result,
});
export const study = {
  id: '4f1c2b3a9d8e',
  state: 'done',
  createdAtMs: 500,
  request: { kind: 'train', dataset: '1', name: 'cohort', purpose: 'Research.' },
};
export const steps = [
  step('dataset', {
    ...{ id: '1', name: 'cohort', custodian: hospital, owner: hospital, contentRoot: digest('1') },
    ...{ metadata: cidOfBlob(metrics), policy, description },
  }),
  step('permission.asked', asked()),
  step('model', { model: cidOfBlob(modelBytes), size: modelBytes.length, numbers: 35, bits: 305 }),
  step('passport', { passport: cidOfBlob(passportBytes) }),
  step('served', { name: 'cohort', version: 1 }),
];
const model = {
  name: 'cohort',
  version: 1,
  model: cidOfBlob(modelBytes),
  passport: cidOfBlob(passportBytes),
  registeredAtMs: 1_000,
};
const mined = { transaction: digest('9'), block: 12, blockHash: digest('8'), gasUsed: '48000' };

/** A draft of training on private rows; `changes` are to its fields. */
export function draft(changes: Partial<Manifest> = {}): Manifest {
  return {
    koinon: 'manifest/2',
    executor: 'wasm',
    profile: 'koinon-det-1',
    program: cidOfBlob(passportBytes),
    inputs: [
      {
        name: 'table.safetensors',
        source: { dataset: { id: '1', contentRoot: digest('1') as Hex, rows: 'training' } },
      },
    ],
    params: { target: 'outcome', exclude: [] },
    seed: new Uint8Array(32),
    timeMs: 0,
    limits: { fuel: 1e9, stepFuel: 1e6, memoryPages: 16, callDepth: 100, outputBytes: 1_000 },
    outputs: [{ name: 'model.onnx', class: 'model', maxBytes: 1_000 }],
    private: true,
    ...changes,
  };
}

/** A request as a node shows it to the owner; `changes` are to the view. */
export function requestView(
  { manifest = draft(), uses = 1 }: { manifest?: Manifest; uses?: number } = {},
  changes: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    digest: request,
    number: 7,
    status: 'pending',
    receivedAtMs: 1_000,
    expiresAtMs: 1_800_000_000_000,
    request: asked({ terms: termsDigest(manifest), bits: '230', uses }).request,
    manifest: { ...manifest, seed: digest('0') },
    program: { cid: manifest.program, bytes: 12_345, sha256: digest('5'), imports: ['koinon_io.read'] },
    amount: '100000000000000000',
    bound: {
      bits: 230,
      opaqueBits: 0,
      terms: [
        {
          kind: 'file',
          name: 'model.onnx',
          class: 'model',
          bits: 219.02,
          description: 'the facts in model.onnx',
        },
        { kind: 'outcome', bits: 4.46, description: 'whether the job ended' },
        { kind: 'report', bits: 6.48, description: 'whether the auditor agrees' },
      ],
    },
    refusals: [],
    charged: { requesterYear: 460, year: 500, total: 900 },
    caps: { job: 2_000, requesterYear: 10_000, year: 20_000, total: 100_000 },
    ...changes,
  };
}

const training = new TextEncoder().encode(
  JSON.stringify({ version: 2, kind: 'training', converged: true, logLoss: 0.25, accuracy: null }),
);
const dryRun = {
  exitCode: 0,
  fuel: '1234567',
  wallMs: 1_500,
  stdout: '',
  stderr: 'row 17 is ill\u001b[2J\n',
  word: 'withheld',
  bits: 230,
  reasons: [
    { name: 'metrics.json', class: 'metrics', released: true, reasons: ['rebuilt'] },
    { name: 'model.onnx', class: 'model', released: false, reasons: ['unknown-class'] },
  ],
  files: [{ name: 'metrics.json', sha256: digest('4'), base64: Buffer.from(training).toString('base64') }],
};

const contracts = ['token', 'nodes', 'escrow', 'datasets', 'models', 'beacon', 'audits', 'court', 'names'];
const networkNode = (changes: object) => ({
  owner: hospital,
  stake: '0',
  peerId: '16Uiu2',
  multiaddrs: [],
  metadata: digest('0'),
  registeredAt: 0,
  log: { size: '2', root: digest('7'), block: 11 },
  isSelf: false,
  ...changes,
});

/** The passport of the model: that of a made study, with the parties of this network in it. */
const made = (await makeStudy()).passport;
const ofProvider = <E extends { receipt: { message: object } }>(evidence: E, provider: string) => ({
  ...evidence,
  receipt: { ...evidence.receipt, message: { ...evidence.receipt.message, provider } },
});
const [measured] = made.evaluations;
const passport = toWire({
  ...made,
  publisher: researcher,
  datasets: [{ id: '1', custodian: hospital, contentRoot: digest('1'), metadata: cidOfBlob(metrics) }],
  training: ofProvider(made.training, hospital),
  evaluations: [
    {
      ...measured,
      data: cidOfBlob(metrics),
      metrics: {
        ...ofProvider(measured!.metrics, stranger),
        outputs: [{ name: 'metrics.json', size: 1, sha256: digest('4'), cid: cidOfBlob(metrics) }],
      },
    },
  ],
});

/** What a small network would answer: one dataset, one request, one study, one model. */
export const answers: Answers = {
  'GET /api/status': {
    name: 'hospital',
    operator: hospital,
    roles: ['custody'],
    services: ['court', 'names', 'custody', 'work'],
    version: '0.1.0',
    peerId: '16Uiu2',
    multiaddrs: ['/ip4/127.0.0.1/tcp/4031'],
    deployment: {
      koinon: 'deployment/3',
      chainId: 31_337,
      startBlock: 0,
      ...Object.fromEntries(contracts.map(name => [name, address('e')])),
    },
    block: { number: 12, hash: digest('8'), timestampSeconds: 1_700_000_000 },
    log: { size: 2, root: digest('7'), anchored: { size: '2', root: digest('7'), block: 11 } },
    pendingRequests: 1,
    startedAtMs: 1_000,
    sandbox: {
      setting: 'required',
      isAdequate: true,
      kind: 'bubblewrap',
      network: false,
      files: 'own',
      user: 'own',
      processes: true,
      privileges: true,
      seccomp: true,
      memory: 'limited',
      missing: [],
      jobsRunIn: 'bubblewrap (no network, no files but its own, a user of its own, seccomp)',
    },
  },
  'GET /api/nodes': {
    nodes: [
      networkNode({ operator: hospital, roles: ['custody'], isSelf: true }),
      networkNode({ operator: auditor, roles: ['audit'] }),
    ],
  },
  'GET /api/names': { names: [{ node: hospital, owner: hospital, name: 'charite' }] },
  'POST /api/names': mined,
  'GET /api/datasets': { datasets: [dataset] },
  'GET /api/datasets/1': described,
  'GET /api/datasets/1/mock': new TextEncoder().encode('age,sex,outcome\n61,female,no\n'),
  'POST /api/datasets/preview': preview,
  'POST /api/datasets': {
    id: '2',
    name: 'cohort',
    contentRoot: digest('2'),
    metadata: cidOfBlob(metrics),
    mock: cidOfBlob(metrics),
    publicRows: 0,
    heldBackRows: 1,
    transaction: digest('9'),
    gasUsed: '127959',
    warnings: [],
  },
  'POST /api/datasets/1/revoke': mined,
  'GET /api/requests': { requests: [requestView()] },
  [`GET /api/requests/${request}`]: {
    ...requestView(),
    requester: {
      operator: researcher,
      owner: researcher,
      stake: '10000000000000000000',
      registeredAt: 1_700_000_000,
    },
  },
  [`POST /api/requests/${request}/approve`]: { grant: given().grant },
  [`POST /api/requests/${request}/dry-run`]: dryRun,
  'POST /api/requests/deny': ({ body }: { body: Buffer }) => {
    const { digests } = JSON.parse(body.toString()) as { digests?: string[] };
    return { denied: digests?.length ?? 3 };
  },
  'GET /api/studies': { studies: [study] },
  [`GET /api/studies/${study.id}`]: { study, steps },
  [`POST /api/studies/${study.id}/resume`]: {},
  'POST /api/studies': { id: study.id },
  'POST /api/blobs': { cid: cidOfBlob(modelBytes) },
  'POST /api/tables': { cid: cidOfBlob(metrics), rows: 4 },
  'GET /api/jobs': { jobs: [] },
  'GET /api/integrity': integrity,
  'POST /api/quotes': quote,
  'GET /api/disputes': { disputes: [dispute] },
  [`GET /api/disputes/${dispute.id}`]: disputeInFull,
  'GET /api/models': { models: [model] },
  'GET /api/models/cohort': {
    model,
    passport,
    registered: {
      model: digest('1'),
      passport: digest('2'),
      parents: [],
      publisher: researcher,
      registeredAt: 1_000,
      block: 12,
      transaction: digest('9'),
    },
  },
  [`GET /api/blobs/${cidOfBlob(modelBytes)}`]: modelBytes,
  [`GET /api/blobs/${cidOfBlob(passportBytes)}`]: passportBytes,
  [`GET /api/blobs/${cidOfBlob(metrics)}`]: metrics,
  'GET /v2/models/cohort/versions/1': {
    name: 'cohort',
    versions: ['1'],
    platform: 'onnx',
    outputs: [],
    inputs: [
      { name: 'age', datatype: 'FP32', shape: [-1, 1] },
      { name: 'sex', datatype: 'BYTES', shape: [-1, 1] },
    ],
  },
  'POST /v2/models/cohort/versions/1/infer': ({ body }: { body: Buffer }) => {
    const rows = (JSON.parse(body.toString()) as { inputs: [{ shape: [number] }] }).inputs[0].shape[0];
    return {
      model_name: 'cohort',
      model_version: '1',
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [rows], data: Array.from({ length: rows }, () => 'no') },
        {
          name: 'probabilities',
          datatype: 'FP32',
          shape: [rows, 2],
          parameters: { classes: 'no,yes' },
          data: Array.from({ length: rows }, () => [0.75, 0.25]).flat(),
        },
      ],
    };
  },
};
