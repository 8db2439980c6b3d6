import { z } from 'zod';
import type { StudyStep } from '../api/answers.ts';
import { byteCount, koin, short } from '../terminal/amounts.ts';

/** One line about a step that is done: what happened, and the evidence to look it up by. */
export interface StepLine {
  title: string;
  evidence: string[];
}

const text = z.coerce.string();
const signed = z.object({ message: z.looseObject({}) });
const results = {
  dataset: z.object({ name: text, id: text, custodian: text, contentRoot: text }),
  manifest: z.object({ manifest: text }),
  draft: z.object({ manifest: text }),
  'permission.asked': z.object({
    digest: text,
    request: z.object({ message: z.looseObject({ bits: text }) }),
  }),
  'permission.given': z.object({
    digest: text,
    grant: z.object({ message: z.looseObject({ bits: text, uses: z.coerce.number() }) }),
  }),
  channel: z.object({ channel: text, transaction: text.optional() }),
  order: z.object({ digest: text }),
  receipt: z.object({
    digest: text,
    receipt: signed,
    outputs: z.array(z.object({ name: text, size: z.number() })),
    opening: z.object({ fuel: text }).optional(),
  }),
  anchor: z.object({
    size: z.number(),
    index: z.number(),
    anchor: z.object({ transaction: text, block: z.number() }),
  }),
  audit: z.object({
    audits: z.array(
      z.object({
        report: signed,
        choice: z.object({ by: z.enum(['owner', 'lot']), candidates: z.array(z.unknown()).optional() }),
      }),
    ),
  }),
  voucher: z.object({ amount: text }),
  model: z.object({
    model: text,
    size: z.number(),
    numbers: z.number().optional(),
    bits: z.number().optional(),
  }),
  evaluator: z.object({ provider: text, offersSeen: z.number() }),
  passport: z.object({ passport: text }),
  registered: z.object({ transaction: text, gasUsed: text, block: z.number() }),
  served: z.object({ name: text, version: z.number() }),
};

const WORK: Record<string, string> = {
  train: 'training',
  predict: 'predictions on public rows',
  measure: 'measuring the model',
  run: 'the job',
};

/** The line of a step, or undefined for one that is not worth a line. `nameOf` turns an address into a name. */
export function describeStep(step: StudyStep, nameOf: (address: unknown) => string): StepLine | undefined {
  const [job, phase] = split(step.name);
  const work = WORK[job] ?? job;
  const kind = (phase ?? step.name) as keyof typeof results;
  const read = <K extends keyof typeof results>(name: K) =>
    results[name].parse(step.result) as z.output<(typeof results)[K]>;
  switch (kind) {
    case 'dataset': {
      const it = read('dataset');
      return line(`found dataset ${it.id} “${it.name}” in the custody of ${nameOf(it.custodian)}`, [
        `content root ${short(it.contentRoot)}`,
      ]);
    }
    case 'draft':
      return line(`${work}: program, parameters and outputs written down for the data owner`, [
        `draft ${short(read(kind).manifest)}`,
      ]);
    case 'permission.asked': {
      const it = read(kind);
      return line(`${permissionOf(job)} asked of the data owner`, [
        `at most ${bitsOf(it.request.message.bits)} may be told a use`,
        `request ${short(it.digest)}`,
      ]);
    }
    case 'permission.given': {
      const it = read(kind);
      const { uses, bits } = it.grant.message;
      const often = uses === 1 ? 'once' : `${uses} times`;
      return line(
        `${permissionOf(job)} given: this program, these parameters, these outputs, ${often}, ${bitsOf(bits)}`,
        [`grant ${short(it.digest)}`],
      );
    }
    case 'channel': {
      const it = read('channel');
      if (!it.transaction) return undefined;
      return line('payment channel opened', [`channel ${short(it.channel)}`, `tx ${short(it.transaction)}`]);
    }
    case 'receipt': {
      const it = read('receipt');
      const files = it.outputs.map(file => `${file.name} ${byteCount(file.size)}`).join(', ');
      return line(`${work}: ran at ${nameOf(it.receipt.message['provider'])}, receipt signed`, [
        `receipt ${short(it.digest)}`,
        files || 'nothing left the building',
        ...(it.opening ? [`fuel ${Number(it.opening.fuel).toLocaleString('en-US')}`] : []),
      ]);
    }
    case 'anchor': {
      const it = read('anchor');
      return line(`${work}: receipt in the log (entry ${it.index} of ${it.size}), log anchored on chain`, [
        `block ${it.anchor.block}`,
        `tx ${short(it.anchor.transaction)}`,
      ]);
    }
    case 'audit': {
      const [audit] = read('audit').audits;
      if (!audit) return undefined;
      const auditor = nameOf(audit.report.message['auditor']);
      const choice =
        audit.choice.by === 'owner'
          ? 'the auditor its owner named'
          : `drawn by lot among ${audit.choice.candidates?.length ?? 0}`;
      return line(`${work}: replayed by ${auditor}, ${choice}: the same bytes`, []);
    }
    case 'voucher':
      return line(`${work}: paid by voucher`, [`${koin(read('voucher').amount)} KOIN`, 'no transaction']);
    case 'model': {
      const it = read('model');
      const from = it.numbers === undefined ? '' : `, rebuilt from ${it.numbers} numbers`;
      const told = it.bits === undefined ? '' : `; at most ${bitsOf(it.bits)} told`;
      return line(
        `the model left the building through the gate${from}${told}; the rows it learned from stayed`,
        [`model ${short(it.model)}`, byteCount(it.size)],
      );
    }
    case 'evaluator': {
      const it = read('evaluator');
      return line(`evaluation goes to ${nameOf(it.provider)}, the cheapest of ${it.offersSeen} offers`, []);
    }
    case 'registered': {
      const it = read('registered');
      return line('model registered with its passport', [
        `block ${it.block}`,
        `tx ${short(it.transaction)}`,
        `gas ${Number(it.gasUsed).toLocaleString('en-US')}`,
      ]);
    }
    case 'served': {
      const it = read('served');
      return line(`model served as ${it.name}, version ${it.version}`, []);
    }
    default:
      return undefined;
  }
}

/** Whether the step that has this name puts a question to the data owner. */
export function isQuestion(name: string): boolean {
  return /^(measure\.)?permission\.asked$/.test(name);
}

function permissionOf(job: string): string {
  return job === 'measure' ? 'permission to test the model on rows held back' : 'permission';
}

function bitsOf(bits: number | string): string {
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
