import { fileSize, grouped, koin } from '../words/format.ts';
import { resultOf } from './results.ts';
import type { TimelineStep } from './timeline.ts';

/** A sentence may name a node: `{0x…}` stands for its address and is shown as a link. */
export type Sentence = string;

/** What a step does, while it is still to come or running. */
const ahead: Record<TimelineStep['kind'], string> = {
  dataset: 'Look up the dataset and hold its custodian’s word against the blockchain',
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
  passport: 'Write the model’s passport',
  registered: 'Register the model on the blockchain',
  served: 'Serve the model',
};

export function sentenceOf({ kind, step }: TimelineStep): Sentence {
  if (step?.status !== 'done') return ahead[kind] ?? kind;
  const { result } = step;
  switch (kind) {
    case 'dataset': {
      const it = resultOf(kind, result);
      return `Dataset ${it.id}, “${it.name}”, is held by {${it.custodian}}; its word agrees with the blockchain`;
    }
    case 'manifest':
      return 'Wrote down exactly what is to be run';
    case 'permission.asked':
      return `Asked the data owner: “${resultOf(kind, result).request.message['purpose']}”`;
    case 'permission.given': {
      const { uses } = resultOf(kind, result).grant.message;
      return `The owner said yes: this program, this purpose, ${uses === 1 ? 'once' : `${uses} times`}`;
    }
    case 'channel': {
      const it = resultOf(kind, result);
      const verb = it.transaction ? 'Set money aside for' : 'Money is set aside already for';
      return `${verb} {${it.params.payee}}`;
    }
    case 'order': {
      const { message } = resultOf(kind, result).order;
      return `Ordered from {${message['provider']}} for at most ${koin(String(message['maxAmount']))} KOIN`;
    }
    case 'receipt': {
      const it = resultOf(kind, result);
      const files = it.outputs.map(file => `${file.name} (${fileSize(file.size)})`).join(', ');
      const fuel = it.opening ? `, with ${grouped(it.opening.fuel)} fuel` : '';
      return `Ran at {${it.receipt.message['provider']}}${fuel}; the receipt is signed. Came out: ${files || 'nothing'}`;
    }
    case 'anchor': {
      const it = resultOf(kind, result);
      return `The receipt is entry ${it.index} (counted from 0) of ${it.size} in the log of {${it.node}}; the log is anchored in block ${it.anchor.block}`;
    }
    case 'audit': {
      const { audits } = resultOf(kind, result);
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
      return `Fetched ${resultOf(kind, result).files} files and compared their fingerprints`;
    case 'voucher':
      return `Paid ${koin(resultOf(kind, result).amount)} KOIN by voucher, without a transaction`;
    case 'model':
      return `The model (${fileSize(resultOf(kind, result).size)}) left through the gate; the rows did not`;
    case 'evaluator':
    case 'provider': {
      const it = resultOf(kind, result);
      return `Goes to {${it.provider}}, the cheapest of ${it.offersSeen} ${it.offersSeen === 1 ? 'offer' : 'offers'}`;
    }
    case 'passport':
      return 'Wrote the model’s passport: everything above, in one file';
    case 'registered':
      return `Registered the model with its passport in block ${resultOf(kind, result).block}`;
    case 'served': {
      const it = resultOf(kind, result);
      return `The model answers as “${it.name}”, version ${it.version}`;
    }
    default:
      return ahead[kind] ?? kind;
  }
}
