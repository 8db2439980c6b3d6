import { schema } from '@koinon/protocol';
import { z } from 'zod';
import { begunAnswer, publishedAnswer, type StudyRecord } from '../api/answers.ts';
import { NodeClient } from '../api/nodeClient.ts';
import { readToken } from '../local/readToken.ts';
import type { LocalNetwork } from '../local/startLocalNetwork.ts';
import { describeStep, doingWhat, type StepLine } from '../studies/describeStep.ts';
import { watchStudy } from '../studies/watchStudy.ts';
import { short } from '../terminal/amounts.ts';
import { publicRow } from './publicRow.ts';
import { sampleRequest } from './sampleRequest.ts';

export interface MainJob {
  name: string;
  csv: Uint8Array;
  target: string;
  exclude: string[];
  purpose: string;
}

export interface MainJobOutcome {
  study: StudyRecord;
  /** A request that the model answers, and its answer. */
  sample: { url: string; body: string; curl: string; answer: unknown } | undefined;
}

/** Who hears what the main job does. */
export interface MainJobListener {
  /** Something is done. */
  tell(line: StepLine): void;
  /** Something is going on. */
  doing(text: string): void;
}

/** What one use of the hospital's data costs in the demonstration: a tenth of a KOIN. */
const USE_AMOUNT = 10n ** 17n;

/** Does the main job on a running local network, telling each step as it happens. */
export async function runMainJob(
  network: LocalNetwork,
  job: MainJob,
  { tell, doing }: MainJobListener,
): Promise<MainJobOutcome> {
  const hospital = clientOf(network, 'hospital');
  const researcher = clientOf(network, 'researcher');
  const names = new Map([...network.nodes.values()].map(node => [node.operator as string, node.name]));
  const nameOf = (address: unknown) => names.get(String(address)) ?? String(address);

  const query = new URLSearchParams({
    name: job.name,
    target: job.target,
    amount: USE_AMOUNT.toString(),
    auditor: network.node('hospital-audit').operator,
    ...(job.exclude.length > 0 ? { exclude: job.exclude.join(',') } : {}),
  });
  doing('publishing the dataset');
  const dataset = await hospital.post(`/api/datasets?${query}`, job.csv, publishedAnswer);
  tell({
    title: `hospital published dataset ${dataset.id}: four fifths of the rows stay, one fifth is public for testing`,
    evidence: [
      `content root ${short(dataset.contentRoot)}`,
      `tx ${short(dataset.transaction)}`,
      `gas ${Number(dataset.gasUsed).toLocaleString('en-US')}`,
    ],
  });
  for (const { message } of dataset.warnings) tell({ title: `note: ${message}`, evidence: [] });

  const { id } = await researcher.post(
    '/api/studies',
    { kind: 'train', dataset: dataset.id, purpose: job.purpose, name: job.name },
    begunAnswer,
  );
  const study = await watchStudy(researcher, id, async step => {
    if (step.status === 'running') doing(doingWhat(step.name));
    if (step.status !== 'done') return;
    const line = describeStep(step, nameOf);
    if (line) tell(line);
    if (step.name === 'permission.asked') await answerRequest(hospital, step.result, tell);
  });
  if (study.state !== 'done') return { study, sample: undefined };
  const row = dataset.publicTable
    ? publicRow(await researcher.bytes(`/api/blobs/${dataset.publicTable}`))
    : new Map<string, number | string | null>();
  const sample = await sampleRequest(researcher, job.name, row);
  const answer = await researcher.post(new URL(sample.url).pathname, JSON.parse(sample.body), z.unknown());
  return { study, sample: { ...sample, answer } };
}

/** The data officer's part: here the program looks at the request and says yes, as a person would in the browser. */
async function answerRequest(
  hospital: NodeClient,
  asked: unknown,
  tell: (line: StepLine) => void,
): Promise<void> {
  const { digest, request } = z
    .object({ digest: schema.bytes32, request: z.object({ message: z.object({ purpose: z.string() }) }) })
    .parse(asked);
  tell({
    title: `the hospital’s data officer reads: “${request.message.purpose}”, and approves`,
    evidence: [],
  });
  await hospital.post(`/api/requests/${digest}/approve`, {}, z.unknown());
}

export function clientOf(network: LocalNetwork, name: string): NodeClient {
  const { url, home } = network.node(name);
  return new NodeClient(url, readToken(home));
}
