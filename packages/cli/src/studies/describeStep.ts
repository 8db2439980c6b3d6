import { readStep, type Step } from '@koinon/api';
import { byteCount, koin, short } from '../terminal/amounts.ts';

/** One line about a step that is done: what happened, and the evidence to look it up by. */
export interface StepLine {
  title: string;
  evidence: string[];
}

const WORK: Record<string, string> = {
  train: 'training',
  predict: 'predictions on public rows',
  measure: 'measuring the model',
  run: 'the job',
};

/** The line of a step, or undefined for one that is not worth a line. `nameOf` turns an address into a name. */
export function describeStep(step: Step, nameOf: (address: unknown) => string): StepLine | undefined {
  const known = readStep(step);
  if (!known?.result) return undefined;
  const { job = '' } = known;
  const work = WORK[job] ?? job;
  switch (known.kind) {
    case 'dataset': {
      const it = known.result;
      return line(`found dataset ${it.id} “${it.name}” in the custody of ${nameOf(it.custodian)}`, [
        `content root ${short(it.contentRoot)}`,
      ]);
    }
    case 'draft':
      return line(`${work}: program, parameters and outputs written down for the data owner`, [
        `draft ${short(known.result.manifest)}`,
      ]);
    case 'permission.asked': {
      const it = known.result;
      return line(`${permissionOf(job)} asked of the data owner`, [
        `at most ${bitsOf(it.request.message.bits)} may be told a use`,
        `request ${short(it.digest)}`,
      ]);
    }
    case 'permission.given': {
      const it = known.result;
      const { uses, bits } = it.grant.message;
      const often = uses === 1 ? 'once' : `${uses} times`;
      return line(
        `${permissionOf(job)} given: this program, these parameters, these outputs, ${often}, ${bitsOf(bits)}`,
        [`grant ${short(it.digest)}`],
      );
    }
    case 'channel': {
      const it = known.result;
      if (!it.transaction) return undefined;
      return line('payment channel opened', [`channel ${short(it.channel)}`, `tx ${short(it.transaction)}`]);
    }
    case 'receipt': {
      const it = known.result;
      const files = it.outputs.map(file => `${file.name} ${byteCount(file.size)}`).join(', ');
      return line(`${work}: ran at ${nameOf(it.receipt.message.provider)}, receipt signed`, [
        `receipt ${short(it.digest)}`,
        files || 'nothing left the building',
        ...(it.opening ? [`fuel ${Number(it.opening.fuel).toLocaleString('en-US')}`] : []),
      ]);
    }
    case 'anchor': {
      const it = known.result;
      return line(`${work}: receipt in the log (entry ${it.index} of ${it.size}), log anchored on chain`, [
        `block ${it.anchor.block}`,
        `tx ${short(it.anchor.transaction)}`,
      ]);
    }
    case 'audit': {
      const [audit] = known.result.audits;
      if (!audit) return undefined;
      const auditor = nameOf(audit.report.message.auditor);
      const choice =
        audit.choice.by === 'owner'
          ? 'the auditor its owner named'
          : `drawn by lot among ${audit.choice.candidates.length}`;
      return line(`${work}: replayed by ${auditor}, ${choice}: the same bytes`, []);
    }
    case 'voucher':
      return line(`${work}: paid by voucher`, [`${koin(known.result.amount)} KOIN`, 'no transaction']);
    case 'model': {
      const it = known.result;
      const from = it.numbers === undefined ? '' : `, rebuilt from ${it.numbers} numbers`;
      const told = it.bits === undefined ? '' : `; at most ${bitsOf(it.bits)} told`;
      return line(
        `the model left the building through the gate${from}${told}; the rows it learned from stayed`,
        [`model ${short(it.model)}`, byteCount(it.size)],
      );
    }
    case 'evaluator': {
      const it = known.result;
      return line(`evaluation goes to ${nameOf(it.provider)}, the cheapest of ${it.offersSeen} offers`, []);
    }
    case 'registered': {
      const it = known.result;
      return line('model registered with its passport', [
        `block ${it.block}`,
        `tx ${short(it.transaction)}`,
        `gas ${Number(it.gasUsed).toLocaleString('en-US')}`,
      ]);
    }
    case 'served': {
      const it = known.result;
      return line(`model served as ${it.name}, version ${it.version}`, []);
    }
    default:
      return undefined;
  }
}

function permissionOf(job: string): string {
  return job === 'measure' ? 'permission to test the model on rows held back' : 'permission';
}

function bitsOf(bits: number | bigint): string {
  return `${Number(bits).toLocaleString('en-US')} bits`;
}

function split(name: string): [string, string | undefined] {
  const dot = name.indexOf('.');
  if (dot < 0 || name.startsWith('permission.')) return ['', undefined];
  return [name.slice(0, dot), name.slice(dot + 1)];
}

function line(title: string, evidence: string[]): StepLine {
  return { title, evidence };
}

const DOING: Record<string, string> = {
  dataset: 'looking the dataset up',
  'permission.asked': 'asking for permission',
  'permission.given': 'waiting for the data owner to decide',
  model: 'taking the model from the gate',
  evaluator: 'looking for a stranger to evaluate it',
  provider: 'looking for a provider',
  passport: 'writing the passport',
  registered: 'registering the model on chain',
  served: 'serving the model',
};
const DOING_PHASE: Record<string, string> = {
  draft: 'writing down what the data owner is asked',
  'permission.asked': 'asking for permission',
  'permission.given': 'waiting for the data owner to decide',
  manifest: 'writing the manifest',
  channel: 'opening a payment channel',
  order: 'signing the order',
  receipt: 'running; waiting for the receipt',
  anchor: 'waiting for the log to be anchored',
  audit: 'waiting for the replay of an auditor',
  voucher: 'paying by voucher',
  evidence: 'putting the evidence together',
};

/** What is going on while a step runs. */
export function doingWhat(name: string): string {
  const [job, phase] = split(name);
  if (phase === undefined) return DOING[name] ?? name;
  return `${WORK[job] ?? job}: ${DOING_PHASE[phase] ?? phase}`;
}
