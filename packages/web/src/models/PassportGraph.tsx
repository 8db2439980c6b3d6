import { useEffect, useState } from 'preact/hooks';
import type { Passport } from '../api/answers.ts';
import { edgePath, NODE, passportGraph } from './graphLayout.ts';

const NARROW = '(max-width: 60rem)';

/** The passport drawn: every box leads to its evidence; what the picture says also stands below it in words. */
export function PassportGraph({ passport, isRegistered }: { passport: Passport; isRegistered: boolean }) {
  const isNarrow = useMedia(NARROW);
  const { nodes, edges, width, height } = passportGraph(passport, isRegistered, isNarrow);
  const byId = new Map(nodes.map(node => [node.id, node]));
  return (
    <figure class="graph">
      {/* biome-ignore lint/a11y/useSemanticElements: a picture whose boxes are links has no element of its own. */}
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-label="From data to model"
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="6"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0 8 4 0 8z" class="arrow" />
          </marker>
        </defs>
        {edges.map(({ from, to }) => {
          const [a, b] = [byId.get(from), byId.get(to)];
          return a && b ? (
            <path key={`${from} ${to}`} class="edge" d={edgePath(a, b, isNarrow)} marker-end="url(#arrow)" />
          ) : null;
        })}
        {nodes.map(({ id, kind, title, lines, href, x, y }) => (
          <a
            key={id}
            href={href}
            class={`node ${kind}`}
            data-node={id}
            download={href.startsWith('/api/') ? 'rows.safetensors' : undefined}
          >
            <rect x={x} y={y} width={NODE.width} height={NODE.height} rx="10" />
            <text x={x + 12} y={y + 25} class="title">
              {title}{' '}
            </text>
            {lines.map((line, i) => (
              <text key={line} x={x + 12} y={y + 44 + 17 * i}>
                {line}{' '}
              </text>
            ))}
          </a>
        ))}
      </svg>
      <figcaption>{sentence(passport)}</figcaption>
    </figure>
  );
}

function sentence({ datasets, training, evaluations }: Passport): string {
  const isChecked = [
    training,
    ...evaluations.flatMap(each => ('data' in each ? [each.predictions, each.metrics] : [each.metrics])),
  ].every(job => job.audits.some(({ report }) => report.message['verdict'] === 1));
  const data = datasets.map(({ id }) => `dataset ${id}`).join(', ');
  return `Trained where the data is (${data || 'public data'}), with its owner’s permission; ${triedWords(evaluations)}. ${isChecked ? 'Every job was replayed by another node, which came to the same bytes.' : 'Not every job was replayed by another node.'}`;
}

/** Where the model was tried, and by whom. */
function triedWords(evaluations: Passport['evaluations']): string {
  const isPublic = evaluations.some(each => 'data' in each);
  const isHeldBack = evaluations.some(each => 'heldBack' in each);
  const public_ = 'on public rows by a node of strangers';
  const heldBack = 'on rows held back from training, which nobody sees either';
  if (isPublic && isHeldBack) return `then tried ${public_}, and ${heldBack}`;
  if (isPublic || isHeldBack) return `then tried ${isPublic ? public_ : heldBack}`;
  return 'nobody has shown how well it does';
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const change = () => setMatches(list.matches);
    list.addEventListener('change', change);
    return () => list.removeEventListener('change', change);
  }, [query]);
  return matches;
}
