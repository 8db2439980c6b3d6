import { fileSize, grouped, koin } from '../words/format.ts';
import type { TimelineStep } from './timeline.ts';

/** A sentence may name a node: `{0x…}` stands for its address and is shown as a link. */
export type Sentence = string;

/** What a step does, while it is still to come or running. */
const ahead: Record<TimelineStep['kind'], string> = {
  dataset: 'Look up the dataset and hold its custodian’s word against the blockchain',
  draft: 'Write down what the data owner is asked about',
  manifest: 'Write down exactly what is to be run',
  'permission.asked': 'Ask the data owner for permission',
  'permission.given': 'Wait for the data owner’s answer',
  channel: 'Set money aside for the provider',
  order: 'Sign the order',
  receipt: 'Run the program and sign a receipt',
  anchor: 'Put the receipt in the provider’s log and anchor the log on the blockchain',
  audit: 'Have it replayed by an auditor',
  fetch: 'Fetch what came out',
  voucher: 'Pay by voucher',
  model: 'Take the model that came through the gate',
  evaluator: 'Choose a provider for the evaluation',
  provider: 'Choose a provider',
  comparison: 'Compare what the providers came to',
  passport: 'Write the model’s passport',
  registered: 'Register the model on the blockchain',
  served: 'Serve the model',
};

/** The same for the second question, about testing the model on rows held back. */
const aheadOfTest: Partial<typeof ahead> = {
  draft: 'Write down how the model is to be tested on rows held back',
  'permission.asked': 'Ask the data owner whether the model may be tested on rows held back',
  'permission.given': 'Wait for the data owner’s answer about the test',
};

export function sentenceOf({ name, kind, step }: TimelineStep): Sentence {
  const isTest = name.startsWith('measure.');
  if (!step?.result) return (isTest ? aheadOfTest[kind] : undefined) ?? ahead[kind] ?? kind;
  switch (step.kind) {
    case 'dataset': {
      const it = step.result;
      return `Dataset ${it.id}, “${it.name}”, is held by {${it.custodian}}; its word agrees with the blockchain`;
    }
    case 'manifest':
      return 'Wrote down exactly what is to be run';
    case 'draft':
      return isTest
        ? 'Wrote down how the model is to be tested on rows held back'
        : 'Wrote down what the data owner is asked about: the whole job, but for what is drawn by lot';
    case 'permission.asked': {
      const { purpose, bits } = step.result.request.message;
      const what = isTest ? ' whether the model may be tested on rows held back' : '';
      return `Asked the data owner${what}: “${purpose}”${bits === undefined ? '' : `; a use may tell at most ${grouped(bits)} bits`}`;
    }
    case 'permission.given': {
      const { uses, bits } = step.result.grant.message;
      const often = String(uses) === '1' ? 'once' : `${uses} times`;
      return `The owner said yes${isTest ? ' to the test' : ''}: this program, these parameters, these outputs, ${often}${bits === undefined ? '' : `, ${grouped(bits)} bits`}`;
    }
    case 'channel': {
      const it = step.result;
      const verb = it.transaction ? 'Set money aside for' : 'Money is set aside already for';
      return `${verb} {${it.params.payee}}`;
    }
    case 'order': {
      const { message } = step.result.order;
      return `Ordered from {${message.provider}} for at most ${koin(message.maxAmount)} KOIN`;
    }
    case 'receipt': {
      const it = step.result;
      const files = it.outputs.map(file => `${file.name} (${fileSize(file.size)})`).join(', ');
      const fuel = it.opening ? `, with ${grouped(it.opening.fuel)} fuel` : '';
      return `Ran at {${it.receipt.message.provider}}${fuel}; the receipt is signed. Came out: ${files || 'nothing'}`;
    }
    case 'anchor': {
      const it = step.result;
      return `The receipt is entry ${it.index} (counted from 0) of ${it.size} in the log of {${it.node}}; the log is anchored in block ${it.anchor.block}`;
    }
    case 'audit': {
      const { audits } = step.result;
      const [audit] = audits;
      if (!audit) return 'No audit was ordered';
      const { auditor, verdict } = audit.report.message;
      const how =
        audit.choice.by === 'owner'
          ? 'the auditor the data owner named'
          : `drawn by lot among ${audit.choice.candidates.length}`;
      return `Replayed by {${auditor}}, ${how}: ${verdict === 1 ? 'the same bytes' : 'it does not agree'}`;
    }
    case 'fetch':
      return `Fetched ${step.result.files} files and compared their fingerprints`;
    case 'voucher':
      return `Paid ${koin(step.result.amount)} KOIN by voucher, without a transaction`;
    case 'model': {
      const { size, numbers, bits } = step.result;
      const from = numbers === undefined ? '' : `, rebuilt from ${grouped(numbers)} numbers`;
      const told = bits === undefined ? '' : `, and told at most ${grouped(bits)} bits`;
      return `The model (${fileSize(size)}) left through the gate${from}${told}; the rows it learned from stayed`;
    }
    case 'evaluator':
    case 'provider': {
      const it = step.result;
      return `Goes to {${it.provider}}, the cheapest of ${it.offersSeen} ${it.offersSeen === 1 ? 'offer' : 'offers'}`;
    }
    case 'passport':
      return 'Wrote the model’s passport: everything above, in one file';
    case 'registered':
      return `Registered the model with its passport in block ${step.result.block}`;
    case 'served': {
      const it = step.result;
      return `The model answers as “${it.name}”, version ${it.version}`;
    }
    default:
      return ahead[kind] ?? kind;
  }
}
