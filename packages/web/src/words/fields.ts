/** What each field of a signed statement means, for a reader who never saw one. Amounts are shown in KOIN. */
export const fieldWords: Record<string, string> = {
  manifest: 'Fingerprint of the manifest: what was to be run.',
  requester: 'Who asks and pays.',
  provider: 'Who does the work.',
  grant: 'The permission it rests on; none where no private data is read.',
  channel: 'The payment channel it is paid from.',
  token: 'Contract of the token that is paid in.',
  maxAmount: 'The most it may cost.',
  assurance:
    'How the result is checked: 0 not, 1 several providers, 2 replay by a drawn auditor, 3 replay by the auditor the data owner named, 4 by its outcome.',
  replicas: 'How many providers do the same work, to be compared.',
  auditRatePpm:
    'How many of a million such receipts are done again by an auditor drawn by lot; 1000000 is every one.',
  auditAmount: 'What an auditor earns for doing it again.',
  comparator: 'Fingerprint of the rule results are compared by; none means byte by byte.',
  auditor: 'Who replays; none where the auditor is drawn by lot.',
  expiresAt: 'Not valid after this time.',
  nonce: 'A number used once, so that no two statements are the same.',
  order: 'Fingerprint of the order this answers.',
  execution:
    'Seals exit code, fuel, raw output and trace of the run in one number. For private data it is salted: the number says nothing to those without the salt.',
  output: 'Fingerprint of the list of files that came out.',
  verdict: 'Fingerprint of what the gate let out.',
  amount: 'What it costs.',
  logIndex: 'The entry’s place in the signer’s log, counted from 0.',
  anchorBy: 'The signer promises that its log is anchored by this time.',
  receipt: 'Fingerprint of the receipt that was replayed.',
  draw: 'Names the drawing of the lot; none where the data owner named the auditor.',
  dataset: 'Number of the dataset on the blockchain.',
  terms:
    'Fingerprint of the whole job that may run: program, settings, rows, files that may come out, limits. Any other job needs another permission.',
  bits: 'The most that one use can tell about the private rows, in answers to yes/no questions.',
  purpose: 'What the data is used for.',
  microRho: 'Privacy budget spent, in millionths of ρ; 0 where no noise was asked for.',
  uses: 'How often the program may run.',
  epoch: 'Counts the owners of the dataset: when it changes hands, earlier grants end.',
  policy: 'Fingerprint of the owner’s policy the grant was given under.',
  validFrom: 'Not valid before this time.',
  cumulativeAmount: 'All that was ever owed through this channel, this job included.',
  receiptsRoot: 'One fingerprint for all receipts that were paid through this channel.',
};

export const auditVerdictWords: Record<number, string> = {
  1: 'agrees: the same bytes',
  2: 'differs',
  3: 'could not replay',
};

export const assuranceWords: Record<number, string> = {
  0: 'not checked',
  1: 'several providers compared',
  2: 'replayed by an auditor drawn by lot',
  3: 'replayed by the auditor the data owner named',
  4: 'judged by its outcome',
};

/** What each part of a manifest means. */
export const manifestWords: Record<string, string> = {
  koinon: 'Name and version of this format.',
  executor: 'What runs it: wasm for programs, onnx for models.',
  profile: 'The exact rules of execution; under the same rules every machine comes to the same bytes.',
  program: 'Name (fingerprint) of the program or model that runs.',
  inputs: 'The files the program can read, and nothing else.',
  params: 'Settings handed to the program.',
  seed: 'The source of all its random numbers, so that a replay draws the same. On private rows it follows from the permission.',
  timeMs: 'The time the program’s clock starts at.',
  limits: 'The most it may use.',
  outputs: 'The only files that may come out, each with its kind and greatest size.',
  private:
    'Whether an input is private. Then fuel and raw output are sealed, since they could tell about rows.',
};

const TIMES = new Set(['expiresAt', 'validFrom', 'anchorBy', 'issuedAt', 'createdAt']);
const AMOUNTS = new Set(['maxAmount', 'auditAmount', 'amount', 'cumulativeAmount']);
const PEOPLE = new Set([
  'requester',
  'provider',
  'auditor',
  'node',
  'payer',
  'payee',
  'signer',
  'owner',
  'custodian',
]);

/** How the value of a field is shown. */
export function fieldKind(name: string): 'time' | 'amount' | 'address' | 'plain' {
  if (TIMES.has(name)) return 'time';
  if (AMOUNTS.has(name)) return 'amount';
  return PEOPLE.has(name) ? 'address' : 'plain';
}

export const ZERO_DIGEST = `0x${'0'.repeat(64)}`;
export const ZERO_ADDRESS = `0x${'0'.repeat(40)}`;
