import type { JobEvidence, Passport } from '../api/answers.ts';
import { tinyHex } from '../words/format.ts';

export interface GraphNode {
  id: string;
  kind: 'data' | 'permission' | 'job' | 'model' | 'chain';
  title: string;
  /** Up to three further lines: who did it, who checked it. */
  lines: string[];
  href: string;
  x: number;
  y: number;
}
export interface GraphEdge {
  from: string;
  to: string;
}
export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
  width: number;
  height: number;
}

export const NODE = { width: 180, height: 90 };
const GAP = { x: 26, y: 30 };

/**
 * The passport as a graph from data to model, laid out on a grid: left to right where there is room, else top down.
 * Columns and rows swap roles between the two.
 */
export function passportGraph(passport: Passport, isRegistered: boolean, isNarrow: boolean): Graph {
  const { training, evaluations, datasets } = passport;
  const placed: (Omit<GraphNode, 'x' | 'y'> & { step: number; lane: number })[] = [];
  const edges: GraphEdge[] = [];
  for (const [i, dataset] of datasets.entries()) {
    placed.push({
      id: `data-${dataset.id}`,
      kind: 'data',
      title: `Private dataset ${dataset.id}`,
      lines: [`held by ${tinyHex(dataset.custodian)}`, 'the rows stay there'],
      href: `/data/${dataset.id}`,
      step: 0,
      lane: i,
    });
    edges.push({ from: `data-${dataset.id}`, to: 'permission' });
  }
  placed.push({
    id: 'permission',
    kind: 'permission',
    title: 'Permission',
    lines: training.grant
      ? [
          'signed by the data owner',
          Number(training.grant.message['uses']) === 1
            ? 'for one use'
            : `for ${training.grant.message['uses']} uses`,
        ]
      : ['none was needed'],
    href: '#job-training',
    step: 1,
    lane: 0,
  });
  placed.push({ ...job('training', 'Training', training), step: 2, lane: 0 });
  placed.push({
    id: 'model',
    kind: 'model',
    title: 'Model',
    lines: [passport.name, tinyHex(passport.model)],
    href: '#papers',
    step: 3,
    lane: 0,
  });
  edges.push({ from: 'permission', to: 'training' }, { from: 'training', to: 'model' });
  for (const [i, evaluation] of evaluations.entries()) {
    const lane = i + 1;
    const id = (name: string) => `${name}-${i}`;
    const { metrics } = evaluation;
    if ('heldBack' in evaluation) {
      placed.push(
        {
          id: id('rows'),
          kind: 'data',
          title: 'Rows held back',
          lines: [`of dataset ${evaluation.heldBack}`, 'the model never saw them', 'they stay there'],
          href: `/data/${evaluation.heldBack}`,
          step: 1,
          lane,
        },
        { ...job(id('metrics'), 'Metrics', metrics), step: 3, lane },
      );
      edges.push({ from: id('rows'), to: id('metrics') }, { from: 'model', to: id('metrics') });
      continue;
    }
    const { data, predictions } = evaluation;
    placed.push(
      {
        id: id('rows'),
        kind: 'data',
        title: 'Public rows',
        lines: ['given away for testing', tinyHex(data)],
        href: `/api/blobs/${data}`,
        step: 1,
        lane,
      },
      { ...job(id('predictions'), 'Predictions', predictions), step: 2, lane },
      { ...job(id('metrics'), 'Metrics', metrics), step: 3, lane },
    );
    edges.push(
      { from: id('rows'), to: id('predictions') },
      { from: 'model', to: id('predictions') },
      { from: id('predictions'), to: id('metrics') },
    );
  }
  placed.push({
    id: 'chain',
    kind: 'chain',
    title: 'On the blockchain',
    lines: isRegistered ? ['model and passport', 'registered'] : ['not registered'],
    href: '#papers',
    step: 4,
    lane: 0,
  });
  edges.push({ from: 'model', to: 'chain' });
  for (const i of evaluations.keys()) edges.push({ from: `metrics-${i}`, to: 'chain' });

  // Top down there is room for one lane only: the evaluation follows the model.
  const nodes = placed.map(({ step, lane, ...node }): GraphNode => {
    const row = isNarrow ? narrowRow(node.id, step, lane, evaluations.length) : lane;
    const column = isNarrow ? 0 : step;
    return { ...node, x: 4 + column * (NODE.width + GAP.x), y: 4 + row * (NODE.height + GAP.y) };
  });
  return {
    nodes: nodes.sort((a, b) => a.y - b.y || a.x - b.x),
    edges,
    width: Math.max(...nodes.map(node => node.x)) + NODE.width + (isNarrow ? 60 : 4),
    height: Math.max(...nodes.map(node => node.y)) + NODE.height + 4,
  };
}

function narrowRow(id: string, step: number, lane: number, evaluations: number): number {
  if (id === 'chain') return 4 + 3 * evaluations;
  return lane === 0 || id.startsWith('data-') ? step : 3 + (lane - 1) * 3 + step;
}

function job(id: string, title: string, evidence: JobEvidence): Omit<GraphNode, 'x' | 'y'> {
  const [audit] = evidence.audits;
  const by = tinyHex(String(evidence.receipt.message['provider']));
  const checked = audit
    ? ['✓ replayed by', tinyHex(String(audit.report.message['auditor']))]
    : ['not checked by anybody'];
  return { id, kind: 'job', title, lines: [`by ${by}`, ...checked], href: `#job-${title.toLowerCase()}` };
}

/** The line between two nodes: straight along the flow, round the side where it skips something. */
export function edgePath(from: GraphNode, to: GraphNode, isNarrow: boolean): string {
  const { width, height } = NODE;
  if (isNarrow) {
    const isNext = to.y - from.y === height + GAP.y;
    if (isNext) return `M${from.x + width / 2} ${from.y + height} V${to.y - 4}`;
    const side = from.x + width + (to.y - from.y > 3 * (height + GAP.y) ? 44 : 22);
    return `M${from.x + width} ${from.y + height / 2 + 8} H${side} V${to.y + height / 2 - 8} H${to.x + width + 4}`;
  }
  const [x1, y1, x2, y2] = [from.x + width, from.y + height / 2, to.x - 4, to.y + height / 2];
  if (from.y === to.y) return `M${x1} ${y1} H${x2}`;
  if (x2 > x1) {
    const middle = x2 - GAP.x / 2 + 2;
    return `M${x1} ${y1} H${middle} V${y2} H${x2}`;
  }
  // Back against the flow: down between the lanes, and into the top.
  const between = from.y + height + GAP.y / 2;
  return `M${from.x + width / 2} ${from.y + height} V${between} H${to.x + width / 2} V${to.y - 4}`;
}
