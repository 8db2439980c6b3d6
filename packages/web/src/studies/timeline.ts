import type { Step, Study } from '../api/answers.ts';

/** The parts a study is shown in, in order. */
export const groups = [
  { id: 'permission', title: 'Permission', about: 'The data owner is asked, and answers.' },
  { id: 'train', title: 'Training', about: 'The program goes to the data; the data goes nowhere.' },
  { id: 'predict', title: 'Predictions', about: 'The model answers public rows, at a node of strangers.' },
  { id: 'measure', title: 'Metrics', about: 'The predictions are held against the true answers.' },
  { id: 'run', title: 'Job', about: 'The program runs.' },
  { id: 'registration', title: 'Registration', about: 'The model gets its passport, on the blockchain too.' },
] as const;
export type GroupId = (typeof groups)[number]['id'];

/** What a step is about, without the job it belongs to: `anchor` of `train.anchor`. */
export type StepKind =
  | 'dataset'
  | 'manifest'
  | 'permission.asked'
  | 'permission.given'
  | 'channel'
  | 'order'
  | 'receipt'
  | 'anchor'
  | 'audit'
  | 'fetch'
  | 'voucher'
  | 'model'
  | 'evaluator'
  | 'provider'
  | 'passport'
  | 'registered'
  | 'served';

const JOB_PHASES = ['channel', 'order', 'receipt', 'anchor', 'audit', 'fetch', 'voucher'];
const jobSteps = (job: string) => JOB_PHASES.map(phase => `${job}.${phase}`);

/** The steps a study of each kind takes, so that those still to come can be shown. */
const expected: Record<Study['request']['kind'], string[]> = {
  train: [
    'dataset',
    'train.manifest',
    'permission.asked',
    'permission.given',
    ...jobSteps('train'),
    'model',
    'evaluator',
    'predict.manifest',
    ...jobSteps('predict'),
    'measure.manifest',
    ...jobSteps('measure'),
    'passport',
    'registered',
    'served',
  ],
  run: ['run.manifest', ...jobSteps('run')],
};

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
    if (job === 'train' && kind === 'manifest') return { group: 'permission', kind };
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
  for (const name of expected[study.request.kind] ?? []) if (!known.has(name) && !isOver) names.push(name);
  return groups.flatMap(({ id, title, about }) => {
    const inGroup = names.flatMap((name): TimelineStep[] => {
      const { group, kind } = placeOf(name);
      if (group !== id) return [];
      const step = known.get(name);
      return [step ? { name, kind, step } : { name, kind }];
    });
    if (inGroup.length === 0) return [];
    return [{ id, title, about, steps: inGroup, state: groupState(inGroup) }];
  });
}

function groupState(steps: readonly TimelineStep[]): TimelineGroup['state'] {
  const states = steps.map(({ step }) => step?.status);
  if (states.includes('failed')) return 'failed';
  if (states.every(state => state === 'done')) return 'done';
  return states.every(state => state === undefined) ? 'waiting' : 'running';
}
