import type { Evaluation, EvaluationMetrics, GroupMetrics } from '../api/answers.ts';
import { ask, loadClient } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Term } from '../parts/Term.tsx';
import { grouped, percent } from '../words/format.ts';
import { byColumn, isClearlyWorse, metricsCsv, wilson, worstGroup } from './groupFacts.ts';

/** How well the model does, for all and for each group: whom does it fail? */
export function Metrics({ evaluation }: { evaluation: Evaluation }) {
  const { metrics } = evaluation;
  const isHeldBack = 'heldBack' in evaluation;
  const file = metrics.outputs.find(({ name }) => name === 'metrics.json');
  const answer = useAnswer(`metrics ${file?.cid}`, () => loadMetrics(file?.cid ?? ''));
  return (
    <section aria-labelledby="metrics">
      <h2 id="metrics">How well it does, and whom it fails</h2>
      <Loaded answer={answer} what="the metrics">
        {value => (
          <>
            <Summary metrics={value} isHeldBack={isHeldBack} />
            <Overall overall={value.overall} />
            <Groups metrics={value} isHeldBack={isHeldBack} />
          </>
        )}
      </Loaded>
    </section>
  );
}

async function loadMetrics(cid: string): Promise<EvaluationMetrics> {
  const [bytes, { readMetrics }] = await Promise.all([
    ask('evidence.blob', { params: { cid } }),
    loadClient(),
  ]);
  return readMetrics(bytes);
}

/** Whether a group does worse than all by more than chance, where its rows are told. */
function chanceWords(group: GroupMetrics, overall: number | null): string {
  if (group.rows === null) return '; how many rows that are is not told, so chance alone may explain it.';
  return isClearlyWorse(group, overall)
    ? ', further below the whole than chance explains.'
    : '; for so few rows chance alone can explain that.';
}

function Summary({ metrics, isHeldBack }: { metrics: EvaluationMetrics; isHeldBack: boolean }) {
  const { overall } = metrics;
  const worst = worstGroup(metrics);
  const clear = metrics.groups.filter(group => group !== worst && isClearlyWorse(group, overall.accuracy));
  return (
    <p>
      {isHeldBack
        ? `On about ${grouped(overall.rows)} private rows, held back from training, `
        : `On ${grouped(overall.rows)} public rows `}
      the model’s first choice is right for <strong>{percent(overall.accuracy)}</strong>.
      {worst && (
        <>
          {' '}
          It is right least often where {worst.column} is {worst.value}:{' '}
          <strong>{percent(worst.accuracy)}</strong>
          {worst.rows !== null && ` of ${grouped(worst.rows)} rows`}
          {chanceWords(worst, overall.accuracy)}
        </>
      )}
      {clear.length > 0 &&
        ` Clearly lower than for all: ${clear.map(group => `${group.column} ${group.value} (${percent(group.accuracy)} of ${grouped(group.rows!)} rows)`).join(', ')}.`}
    </p>
  );
}

function Overall({ overall }: { overall: EvaluationMetrics['overall'] }) {
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  return (
    <ul class="counters">
      <li>
        <span class="number">{percent(overall.accuracy)}</span>{' '}
        <span class="title">
          <Term noun="accuracy" />
        </span>
        <span class="about">higher is better</span>
      </li>
      <li>
        <span class="number">{figure(overall.rocAuc)}</span>{' '}
        <span class="title">
          <Term noun="roc-auc">ROC AUC</Term>
        </span>
        <span class="about">0.5 is guessing, 1 perfect</span>
      </li>
      <li>
        <span class="number">{figure(overall.logLoss)}</span>{' '}
        <span class="title">
          <Term noun="log-loss" />
        </span>
        <span class="about">lower is better</span>
      </li>
      <li>
        <span class="number">{figure(overall.expectedCalibrationError)}</span>{' '}
        <span class="title">
          <Term noun="calibration-error" />
        </span>
        <span class="about">lower is better</span>
      </li>
    </ul>
  );
}

function Groups({ metrics, isHeldBack }: { metrics: EvaluationMetrics; isHeldBack: boolean }) {
  const { groups, overall } = metrics;
  if (groups.length === 0) return <p>It was not measured by group.</p>;
  const csv = `data:text/csv;charset=utf-8,${encodeURIComponent(metricsCsv(metrics))}`;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <section class="scroll" tabIndex={0} aria-label="Figures by group">
        <table class="groups">
          <caption>
            {isHeldBack
              ? 'By group. The bar is the accuracy, the dashed line the accuracy for all. How many rows a group has is not told, and small groups stand without figures: both could tell about single people.'
              : 'By group. The bar is the accuracy, the thin line the range it may well lie in given so few rows (95 %), the dashed line the accuracy for all. Looking at many groups, one in twenty falls outside by chance.'}
          </caption>
          <thead>
            <tr>
              <th scope="col">Group</th>
              <th scope="col" class="figure">
                Rows
              </th>
              <th scope="col">Accuracy</th>
              <th scope="col" class="figure">
                ROC AUC
              </th>
              <th scope="col" class="figure">
                Log loss
              </th>
              <th scope="col" class="figure">
                Calibration error
              </th>
            </tr>
          </thead>
          {[...byColumn(groups)].map(([column, members]) => (
            <tbody key={column}>
              <tr>
                <th scope="rowgroup" colSpan={6} class="column">
                  {column}
                </th>
              </tr>
              {members.map(group => (
                <GroupRow key={group.value} group={group} overall={overall.accuracy} />
              ))}
            </tbody>
          ))}
        </table>
      </section>
      <p>
        <a href={csv} download="metrics.csv">
          Download these figures (CSV)
        </a>
      </p>
    </>
  );
}

function GroupRow({ group, overall }: { group: GroupMetrics; overall: number | null }) {
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  return (
    <tr class={isClearlyWorse(group, overall) ? 'worse' : ''}>
      <th scope="row">{group.value}</th>
      <td class="figure">{group.rows === null ? 'not told' : grouped(group.rows)}</td>
      <td>
        <span class="bar-cell">
          <span class="bar-number">{percent(group.accuracy)}</span>
          <Bar group={group} overall={overall} />
          {isClearlyWorse(group, overall) && <span class="note">clearly lower</span>}
        </span>
      </td>
      <td class="figure">{figure(group.rocAuc)}</td>
      <td class="figure">{figure(group.logLoss)}</td>
      <td class="figure">{figure(group.expectedCalibrationError)}</td>
    </tr>
  );
}

/** Decoration of the number beside it: hidden from those who hear the page. */
function Bar({ group, overall }: { group: GroupMetrics; overall: number | null }) {
  if (group.accuracy === null) return null;
  const range = group.rows === null ? undefined : wilson(group.accuracy, group.rows);
  return (
    <svg class="bar" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true">
      <rect class="track" x="0" y="2" width="100" height="10" />
      <rect class="fill" x="0" y="2" width={100 * group.accuracy} height="10" />
      {range && <path class="range" d={`M${100 * range.low} 7H${100 * range.high}`} />}
      {overall !== null && <path class="overall" d={`M${100 * overall} 0V14`} />}
    </svg>
  );
}
