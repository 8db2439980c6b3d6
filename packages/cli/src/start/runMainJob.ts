import { schema } from '@koinon/protocol';
import { z } from 'zod';
import { NodeClient } from '../api/nodeClient.ts';
import { readToken } from '../local/readToken.ts';
import type { LocalNetwork } from '../local/startLocalNetwork.ts';
import { describeStep, type StepLine } from './describeStep.ts';
import { publicRow } from './publicRow.ts';
import { sampleRequest } from './sampleRequest.ts';
import { type StudyRecord, stepSchema, studySchema } from './studySteps.ts';

const published = z.object({
  id: z.string(),
  contentRoot: z.string(),
  publicTable: z.string().optional(),
  transaction: z.string(),
  gasUsed: z.string(),
  warnings: z.array(z.object({ message: z.string() })),
});

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

/** What one use of the hospital's data costs in the demonstration: a tenth of a KOIN. */
const USE_AMOUNT = 10n ** 17n;

/** Does the main job on a running local network, telling each step as it happens. */
export async function runMainJob(
  network: LocalNetwork,
  job: MainJob,
  tell: (line: StepLine) => void,
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
  const dataset = await hospital.post(`/api/datasets?${query}`, job.csv, published);
  tell({
    title: `hospital published dataset ${dataset.id}: four fifths of the rows stay, one fifth is public for testing`,
    evidence: [
      `content root ${dataset.contentRoot.slice(0, 10)}…`,
      `tx ${dataset.transaction.slice(0, 10)}…`,
      `gas ${Number(dataset.gasUsed).toLocaleString('en-US')}`,
    ],
  });
  for (const { message } of dataset.warnings) tell({ title: `note: ${message}`, evidence: [] });

  const { id } = await researcher.post(
    '/api/studies',
    { kind: 'train', dataset: dataset.id, purpose: job.purpose, name: job.name },
    z.object({ id: z.string() }),
  );
  let study: StudyRecord | undefined;
  const told = new Set<string>();
  for await (const { event, data } of researcher.events(`/api/studies/${id}/events`)) {
    if (event === 'study') {
      study = studySchema.parse(data);
      break;
    }
    const step = stepSchema.parse(data);
    if (step.status !== 'done' || told.has(step.name)) continue;
    told.add(step.name);
    const line = describeStep(step, nameOf);
    if (line) tell(line);
    if (step.name === 'permission.asked') await answerRequest(hospital, step.result, tell);
  }
  if (!study) study = (await researcher.get(`/api/studies/${id}`, z.object({ study: studySchema }))).study;
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
