import {
  custodyRoutes,
  type KnownStep,
  readStep,
  type Step,
  type Study,
  servingRoutes,
  studiesRoutes,
} from '@koinon/api';
import { approvalOf } from '@koinon/protocol/requestWords';
import type { Client, Preview, Published } from '@koinon/sdk';
import { nodeClient } from '../api/nodeClient.ts';
import { previewTable, publishAsPreviewed } from '../data/publishTable.ts';
import { readToken } from '../local/readToken.ts';
import type { LocalNetwork } from '../local/startLocalNetwork.ts';
import { describeStep, doingWhat, type StepLine } from '../studies/describeStep.ts';
import { watchStudy } from '../studies/watchStudy.ts';
import { short } from '../terminal/amounts.ts';
import { sampleRequest } from './sampleRequest.ts';

export interface MainJob {
  name: string;
  csv: Uint8Array;
  target: string;
  exclude: string[];
  /** Shares of the rows that the model is tested on: made public, or held back at the custodian. One of them is 0. */
  publicShare: number;
  heldBackShare: number;
  /** True for a cohort that a generator invents: no row of it is about anybody. */
  isInvented: boolean;
  purpose: string;
}

export interface MainJobOutcome {
  study: Study;
  /** A request that the model answers, and its answer. */
  sample: { about: string; url: string; body: string; curl: string; answer: unknown } | undefined;
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

/** Does the main job on a running local network, telling each step as it happens, until the signal: then it is left as it is. */
export async function runMainJob(
  network: LocalNetwork,
  job: MainJob,
  { tell, doing }: MainJobListener,
  signal?: AbortSignal,
): Promise<MainJobOutcome> {
  const hospital = clientOf(network, 'hospital');
  const researcher = clientOf(network, 'researcher');
  const names = new Map([...network.nodes.values()].map(node => [node.operator as string, node.name]));
  const nameOf = (address: unknown) => names.get(String(address)) ?? String(address);

  const parameters = {
    name: job.name,
    target: job.target,
    amount: USE_AMOUNT.toString(),
    auditor: network.node('hospital-audit').operator,
    exclude: job.exclude,
    publicShare: String(job.publicShare),
    heldBackShare: String(job.heldBackShare),
  };
  doing('looking at what publishing tells');
  const preview = await previewTable(hospital, parameters, job.csv, 0);
  for (const { message } of preview.warnings) tell({ title: `note: ${message}`, evidence: [] });
  tell({ title: whatBecomesPublic(job, preview.rows), evidence: [] });
  doing('publishing the dataset');
  const dataset = await publishAsPreviewed(hospital, parameters, job.csv, preview);
  tell({
    title: `hospital published dataset ${dataset.id}: ${partsOf(preview.rows.training, dataset)}`,
    evidence: [
      `content root ${short(dataset.contentRoot)}`,
      `tx ${short(dataset.transaction)}`,
      `gas ${Number(dataset.gasUsed).toLocaleString('en-US')}`,
    ],
  });

  const { id } = await researcher.call(studiesRoutes.begin, {
    body: {
      kind: 'train',
      dataset: dataset.id,
      purpose: job.purpose,
      name: job.name,
      ...(job.publicShare === 0 ? { privateTest: true } : {}),
    },
  });
  const watch = async (step: Step): Promise<void> => {
    if (step.status === 'running') doing(doingWhat(step.name));
    if (step.status !== 'done') return;
    const line = describeStep(step, nameOf);
    if (line) tell(line);
    const known = readStep(step);
    if (known?.kind === 'permission.asked') await answerRequest(hospital, known, tell);
  };
  const study = await watchStudy(researcher, id, watch, signal);
  if (study.state !== 'done') return { study, sample: undefined };
  const sample = await sampleRequest(researcher, job.name, dataset);
  const answer = await researcher.call(servingRoutes.infer, {
    params: { name: job.name },
    body: sample.body,
  });
  return { study, sample: { ...sample, body: JSON.stringify(sample.body), answer } };
}

/** Said before anything is published, so that whoever gave a table of real people can still stop. */
export function whatBecomesPublic(
  { isInvented }: Pick<MainJob, 'isInvented'>,
  rows: Preview['rows'],
): string {
  const all = count(rows.public + rows.training + rows.heldBack);
  const what = isInvented ? 'invented rows' : 'rows of your file';
  if (rows.public === 0) {
    return `none of the ${all} ${what} becomes public: the model is tested at the hospital, on ${count(rows.heldBack)} rows held back from training`;
  }
  const become = `${count(rows.public)} of the ${all} ${what} become public`;
  return isInvented
    ? `${become}, for strangers’ nodes to test the model on; --private-test makes none public`
    : `${become} on this local network, for its other nodes to test the model on; --private-test makes none public`;
}

function partsOf(trainingRows: number, { publicRows, heldBackRows }: Published): string {
  const others = [
    ...(publicRows > 0 ? [`${count(publicRows)} are public`] : []),
    ...(heldBackRows > 0 ? [`${count(heldBackRows)} are held back from training`] : []),
  ];
  return [`${count(trainingRows)} rows stay to train on`, ...others].join(', ');
}

function count(rows: number): string {
  return rows.toLocaleString('en-US');
}

/** The data officer's part: here the program looks at the request and says yes, as a person would in the browser. */
async function answerRequest(
  hospital: Client,
  asked: Extract<KnownStep, { kind: 'permission.asked' }>,
  tell: (line: StepLine) => void,
): Promise<void> {
  const params = { digest: asked.result!.digest };
  const shown = await hospital.call(custodyRoutes.request, { params });
  const body = approvalOf(shown);
  tell({
    title: `the hospital’s data officer reads: “${shown.request.message.purpose}”, at most ${body.bits} bits, and approves`,
    evidence: [],
  });
  await hospital.call(custodyRoutes.approve, { params, body });
}

export function clientOf(network: LocalNetwork, name: string): Client {
  const { url, home } = network.node(name);
  return nodeClient(url, readToken(home));
}
