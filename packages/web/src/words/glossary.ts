/** The nouns of the network, each in words that need none of the others. The key is used in addresses: keep it. */
export const glossary = {
  node: {
    title: 'Node',
    text: 'A computer that takes part in the network. It signs what it says with a key of its own, so others can hold it to its word.',
  },
  stake: {
    title: 'Stake',
    text: 'Tokens a node has put down as a pledge. A node proven to have signed something false can lose them.',
  },
  koin: { title: 'KOIN', text: 'The token of this network: used for paying work and as a pledge.' },
  custodian: {
    title: 'Custodian',
    text: 'The node that holds a private dataset. Programs come to it; its private rows never leave it, except to an auditor the owner named.',
  },
  provider: { title: 'Provider', text: 'A node that runs a job for pay.' },
  auditor: {
    title: 'Auditor',
    text: 'A node that runs a finished job again from the start and says whether it came to the same bytes.',
  },
  requester: {
    title: 'Requester',
    text: 'Whoever asks for a job and pays for it, for example a researcher.',
  },
  manifest: {
    title: 'Manifest',
    text: 'The complete description of a computation: program, inputs, settings, limits and the files that may come out. Its fingerprint is its name, so nothing in it can be changed unnoticed.',
  },
  grant: {
    title: 'Grant',
    text: 'A data owner’s signed permission: this program, this requester, this purpose, this price, this often, until then.',
  },
  order: {
    title: 'Order',
    text: 'A requester’s signed request to a provider: run this manifest, for at most this price, by then.',
  },
  receipt: {
    title: 'Receipt',
    text: 'A provider’s signed statement about finished work: I ran this manifest for this order, and this is what came out.',
  },
  log: {
    title: 'Log',
    text: 'A node’s append-only list of everything it signed that others rely on. Old entries cannot be changed without everyone noticing.',
  },
  anchor: {
    title: 'Anchor',
    text: 'The size and fingerprint of a node’s log, written to the blockchain, so that the log can never be rewritten.',
  },
  'inclusion-proof': {
    title: 'Inclusion proof',
    text: 'A short chain of fingerprints that leads from one entry to the anchored fingerprint of the whole log. It proves that the entry is in the log without showing the others.',
  },
  audit: {
    title: 'Audit',
    text: 'A replay of finished work by a node that neither the payer nor the worker picked; for private data, by one the data owner named.',
  },
  lot: {
    title: 'Drawing by lot',
    text: 'The auditor is drawn with a number nobody knew when the work was logged: the fingerprint of a later block. Each candidate’s chance is its share of the stake. Anyone can draw again and must get the same node.',
  },
  beacon: {
    title: 'Beacon',
    text: 'A source of random numbers that nobody can foresee or choose, each fixed to a moment. Lots are drawn with the first number after the work was logged.',
  },
  court: {
    title: 'Court',
    text: 'A contract on the blockchain that takes evidence against a signed statement, has it decided by rules or by a jury, and takes the stake of whoever signed something false.',
  },
  jury: {
    title: 'Jury',
    text: 'Nodes drawn by lot, each with a chance by its stake, that replay one disputed step and vote with its fingerprint. Votes are sealed first, so there is nothing to copy.',
  },
  dispute: {
    title: 'Dispute',
    text: 'An accusation before the court, with its deadlines. Whoever is wrong pays: the accuser a bond, the accused its stake.',
  },
  exposure: {
    title: 'Exposure',
    text: 'What a node was paid for work that can still be found false. It stays below the stake that would be taken.',
  },
  'residual-risk': {
    title: 'Residual risk',
    text: 'The chance that a wrong result is never found: one minus how often work is done again, times how surely that tells, times the chance that somebody honest does it.',
  },
  slashing: {
    title: 'Slashing',
    text: 'Taking the stake of a node that was proven to have signed something false. Costs are paid from it and the rest is burned, so that accusing oneself never pays.',
  },
  voucher: {
    title: 'Voucher',
    text: 'A signed running total of what a payer owes a payee. The payee cashes it in when it likes; a job needs no transaction of its own.',
  },
  channel: {
    title: 'Payment channel',
    text: 'Money set aside on the blockchain by one payer for one payee, from which vouchers are paid.',
  },
  passport: {
    title: 'Passport',
    text: 'A model’s origin in one file: which data it was trained on and with whose permission, who did the work, who checked it, how well the model does.',
  },
  replay: {
    title: 'Replay',
    text: 'Running a job again from the same program and inputs. Jobs here are exact: an honest replay comes to the same bytes on any machine, in your browser too.',
  },
  gate: {
    title: 'Gate',
    text: 'The check at the custodian that every output passes before it leaves the building: only declared files, only allowed kinds, no groups that are too small.',
  },
  fuel: {
    title: 'Fuel',
    text: 'A count of the work a program did, instruction by instruction. It is the same on every machine, so it can be checked and paid for.',
  },
  gas: {
    title: 'Gas',
    text: 'What a transaction costs on the blockchain, as a count of the work it caused there.',
  },
  fingerprint: {
    title: 'Fingerprint (hash)',
    text: 'A short number computed from a file with SHA-256. Another file with the same number cannot be found, so the number stands for the file.',
  },
  signature: {
    title: 'Signature',
    text: 'A number that only the holder of a key could have made for exactly this text. Anybody can check whose key it was.',
  },
  policy: {
    title: 'Policy',
    text: 'What a data owner allows at all. A grant can only allow less.',
  },
  mock: {
    title: 'Mock',
    text: 'Invented rows with the same columns as the private table, made from its public description alone. Good for writing and trying programs.',
  },
  'log-loss': {
    title: 'Log loss',
    text: 'How surprised the model was by the true answers. 0 is perfect; a model that always says “one in two” has 0.69. Lower is better.',
  },
  'roc-auc': {
    title: 'ROC AUC',
    text: 'The chance that the model ranks a random true case above a random other one. 0.5 is guessing, 1 is perfect.',
  },
  'calibration-error': {
    title: 'Calibration error',
    text: 'How far stated probabilities are from what happened, on average: of the cases called 80 %, how far from 80 % came true? Lower is better.',
  },
  accuracy: { title: 'Accuracy', text: 'The share of rows for which the model’s first choice was right.' },
} as const;

export type Noun = keyof typeof glossary;
