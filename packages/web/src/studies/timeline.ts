import type { Step, StepKind, Study } from '../api/answers.ts';

/** The parts a study is shown in, in order. */
export const groups = [
  {
    id: 'permission',
    title: 'Permission',
    about: 'The data owner is asked, and answers: what may run, and how many bits it may tell at most.',
  },
  { id: 'train', title: 'Training', about: 'The program goes to the data; the data goes nowhere.' },
  { id: 'predict', title: 'Predictions', about: 'The model answers public rows, at a node of strangers.' },
  { id: 'measure', title: 'Metrics', about: 'What the model says is held against the true answers.' },
  { id: 'run', title: 'Job', about: 'The program runs.' },
  { id: 'registration', title: 'Registration', about: 'The model gets its passport, on the blockchain too.' },
] as const;
/** What the metrics are about where the model is tested on private rows. */
const HELD_BACK_TEST =
  'The model is tested at the custodian, on rows held back from training; only the measures come out.';
export type GroupId = (typeof groups)[number]['id'];

const JOB_PHASES = ['channel', 'order', 'receipt', 'anchor', 'audit', 'fetch', 'voucher'];
const jobSteps = (job: string) => JOB_PHASES.map(phase => `${job}.${phase}`);

/** The steps a study takes, so that those still to come can be shown. */
function expectedOf({ request }: Study, known: ReadonlyMap<string, Step>): string[] {
  if (request.kind === 'run') {
    const isPrivate = request.inputs.some(({ source }) => 'dataset' in source);
    return isPrivate
      ? ['dataset', 'run.draft', 'permission.asked', 'permission.given', 'run.manifest', ...jobSteps('run')]
      : ['run.manifest', ...jobSteps('run')];
  }
  const isPrivate = isPrivateTest(request, known);
  return [
    'dataset',
    'train.draft',
    'permission.asked',
    ...(isPrivate ? ['measure.draft', 'measure.permission.asked'] : []),
    'permission.given',
    ...(isPrivate ? ['measure.permission.given'] : []),
    'train.manifest',
    ...jobSteps('train'),
    'model',
    ...(isPrivate
      ? ['measure.manifest', ...jobSteps('measure')]
      : [
          'evaluator',
          'predict.manifest',
          ...jobSteps('predict'),
          'measure.manifest',
          ...jobSteps('measure'),
        ]),
    'passport',
    'registered',
    'served',
  ];
}

/** Whether the model is tested on rows held back: where that was asked for, or where no row is public. */
function isPrivateTest(request: Study['request'], known: ReadonlyMap<string, Step>): boolean {
  if (known.has('measure.draft')) return true;
  if (request.kind === 'run') return false;
  const dataset = known.get('dataset');
  const hasNoPublicRow =
    dataset?.kind === 'dataset' && dataset.result !== undefined && dataset.result.publicTable === undefined;
  return request.privateTest === true || (request.testTable === undefined && hasNoPublicRow);
}

export interface TimelineStep {
  name: string;
  kind: StepKind;
  /** Undefined for a step that is still to come. */
  step?: Step;
}
export interface TimelineGroup {
  id: GroupId;
  title: string;
  about: string;
  state: 'done' | 'running' | 'failed' | 'waiting';
  steps: TimelineStep[];
}

/** The group and kind of a step. */
export function placeOf(name: string): { group: GroupId; kind: StepKind } {
  if (name === 'dataset' || name.startsWith('permission.'))
    return { group: 'permission', kind: name as StepKind };
  const dot = name.indexOf('.');
  if (dot > 0) {
    const job = name.slice(0, dot);
    const kind = name.slice(dot + 1) as StepKind;
    if (kind === 'draft' || kind.startsWith('permission.')) return { group: 'permission', kind };
    if (job === 'train' || job === 'predict' || job === 'measure') return { group: job, kind };
    return { group: 'run', kind };
  }
  if (name === 'model') return { group: 'train', kind: name };
  if (name === 'evaluator') return { group: 'predict', kind: name };
  if (name === 'provider') return { group: 'run', kind: name };
  return { group: 'registration', kind: name as StepKind };
}

/** The study as groups of steps, those still to come included while it runs. */
export function timelineOf(study: Study, steps: readonly Step[]): TimelineGroup[] {
  const known = new Map(steps.map(step => [step.name, step]));
  const isOver = study.state !== 'running';
  const names = [...known.keys()];
  if (!isOver) names.push(...expectedOf(study, known).filter(name => !known.has(name)));
  return groups.flatMap(({ id, title, about }) => {
    const inGroup = names.flatMap((name): TimelineStep[] => {
      const { group, kind } = placeOf(name);
      if (group !== id) return [];
      const step = known.get(name);
      return [step ? { name, kind, step } : { name, kind }];
    });
    if (inGroup.length === 0) return [];
    const isHeldBack = id === 'measure' && isPrivateTest(study.request, known);
    return [
      {
        id,
        title,
        about: isHeldBack ? HELD_BACK_TEST : about,
        steps: inGroup,
        state: groupState(inGroup),
      },
    ];
  });
}

function groupState(steps: readonly TimelineStep[]): TimelineGroup['state'] {
  const states = steps.map(({ step }) => step?.status);
  if (states.includes('failed')) return 'failed';
  if (states.every(state => state === 'done')) return 'done';
  return states.every(state => state === undefined) ? 'waiting' : 'running';
}
