import { cidOfBlob } from '@koinon/protocol';
import type { Answers } from './fakeNode.ts';

const address = (digit: string) => `0x${digit.repeat(40)}`;
const digest = (digit: string) => `0x${digit.repeat(64)}`;
export const hospital = address('a');
export const auditor = address('b');
export const researcher = address('c');
export const request = digest('3');

export const modelBytes = new TextEncoder().encode('a model');
export const passportBytes = new TextEncoder().encode('a passport');
const metrics = new TextEncoder().encode(
  JSON.stringify({
    version: 1,
    rows: 80,
    overall: { rows: 80, accuracy: 0.9, logLoss: 0.25, rocAuc: 0.95, expectedCalibrationError: null },
    groups: [{ column: 'sex', value: 'female', rows: 40, accuracy: 0.875 }],
  }),
);
const policy = {
  koinon: 'policy/1',
  minGroupRows: 10,
  artefactClasses: ['model', 'metrics'],
  maxArtefactBytes: 2 ** 24,
  token: address('d'),
  amount: '100000000000000000',
  auditors: [auditor],
  maxFuel: 1e12,
};
const held = {
  name: 'cohort',
  target: 'outcome',
  policy,
  publicTable: cidOfBlob(metrics),
  autoApprove: false,
};
const dataset = { id: '1', owner: hospital, custodian: hospital, contentRoot: digest('1'), epoch: '0', held };
const described = {
  ...dataset,
  metadata: {
    description: 'A table in private custody.',
    'koinon:approximateRows': 320,
    recordSet: [
      {
        field: [
          { name: 'age', dataType: 'sc:Float' },
          { name: 'sex', dataType: 'sc:Text', 'koinon:dictionary': ['female', 'male'] },
          { name: 'outcome', dataType: 'sc:Text', 'koinon:dictionary': ['no', 'yes'] },
        ],
      },
    ],
  },
};
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
export const quote = {
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
export const step = (name: string, result: unknown) => ({
  name,
  status: 'done',
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
  step('dataset', { id: '1', name: 'cohort', custodian: hospital, contentRoot: digest('1') }),
  step('permission.asked', { digest: request, request: { message: {} } }),
  step('model', { model: cidOfBlob(modelBytes), size: modelBytes.length }),
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

/** What a small network would answer: one dataset, one request, one study, one model. */
export const answers: Answers = {
  'GET /api/status': {
    name: 'hospital',
    operator: hospital,
    roles: ['custody'],
    version: '0.1.0',
    peerId: '16Uiu2',
    multiaddrs: ['/ip4/127.0.0.1/tcp/4031'],
    deployment: { chainId: 31_337 },
    block: { number: 12, hash: digest('8'), timestampSeconds: 1_700_000_000 },
    log: { size: 2, root: digest('7'), anchored: { size: '2', root: digest('7'), block: 11 } },
    pendingRequests: 1,
    startedAtMs: 1_000,
    sandbox: {
      setting: 'required',
      isAdequate: true,
      jobsRunIn: 'bubblewrap (no network, no files but its own, a user of its own, seccomp)',
    },
  },
  'GET /api/nodes': {
    nodes: [
      { operator: hospital, owner: hospital, roles: ['custody'], stake: '0', isSelf: true },
      { operator: auditor, owner: hospital, roles: ['audit'], stake: '0', isSelf: false },
    ],
  },
  'GET /api/datasets': { datasets: [dataset] },
  'GET /api/datasets/1': described,
  'GET /api/datasets/1/mock': new TextEncoder().encode('age,sex,outcome\n61,female,no\n'),
  'POST /api/datasets': {
    id: '2',
    name: 'cohort',
    contentRoot: digest('2'),
    transaction: digest('9'),
    gasUsed: '127959',
    warnings: [],
  },
  'POST /api/datasets/1/revoke': mined,
  'GET /api/requests': {
    requests: [
      {
        digest: request,
        status: 'pending',
        receivedAtMs: 1_000,
        request: {
          message: {
            dataset: '1',
            requester: researcher,
            program: digest('5'),
            purpose: 'Research.',
            maxAmount: '100000000000000000',
            uses: 1,
          },
        },
        manifest: {
          program: cidOfBlob(modelBytes),
          params: {},
          outputs: [{ name: 'model.onnx', class: 'model', maxBytes: 100 }],
        },
      },
    ],
  },
  [`POST /api/requests/${request}/approve`]: { grant: { message: {}, signature: '0x' } },
  [`POST /api/requests/${request}/deny`]: {},
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
    passport: {
      publisher: researcher,
      datasets: [{ id: '1', custodian: hospital, contentRoot: digest('1') }],
      training: { receipt: { message: { provider: hospital } } },
      evaluations: [
        {
          data: cidOfBlob(metrics),
          metrics: { outputs: [{ name: 'metrics.json', cid: cidOfBlob(metrics) }] },
        },
      ],
      parents: [],
    },
    registered: { publisher: researcher, block: 12, transaction: digest('9') },
  },
  [`GET /api/blobs/${cidOfBlob(modelBytes)}`]: modelBytes,
  [`GET /api/blobs/${cidOfBlob(passportBytes)}`]: passportBytes,
  [`GET /api/blobs/${cidOfBlob(metrics)}`]: metrics,
  'GET /v2/models/cohort/versions/1': {
    name: 'cohort',
    versions: ['1'],
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
        { name: 'label', shape: [rows], data: Array.from({ length: rows }, () => 'no') },
        {
          name: 'probabilities',
          shape: [rows, 2],
          parameters: { classes: 'no,yes' },
          data: Array.from({ length: rows }, () => [0.75, 0.25]).flat(),
        },
      ],
    };
  },
};
