import type { Dataset, ModelEntry, NetworkNode, Sandbox, Status, Study } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Address, roleName } from '../parts/Address.tsx';
import { Hash } from '../parts/Hash.tsx';
import { Loaded } from '../parts/Loaded.tsx';
import { Badge } from '../parts/Mark.tsx';
import { Page } from '../parts/Page.tsx';
import { Term } from '../parts/Term.tsx';
import { nameOfStudy } from '../studies/nameOfStudy.ts';
import { ago, grouped, koin } from '../words/format.ts';
import { serviceWords } from '../words/serviceWords.ts';

const REFRESH_MS = 4000;

interface Overview {
  status: Status;
  nodes: NetworkNode[];
  datasets: Dataset[];
  /** Absent where the service is off. */
  studies?: Study[];
  models?: ModelEntry[];
}

async function loadOverview(): Promise<Overview> {
  const status = await ask('node.status');
  const has = (service: string) => status.services.includes(service);
  const [{ nodes }, { datasets }, studies, models] = await Promise.all([
    ask('node.nodes'),
    ask('custody.datasets'),
    has('studies') ? ask('studies.list') : {},
    has('serving') ? ask('serving.models') : {},
  ]);
  return { status, nodes, datasets, ...studies, ...models };
}

export function NetworkPage() {
  const overview = useAnswer('overview', loadOverview, REFRESH_MS);
  return (
    <Page
      title="The network"
      lead="Here data is used without being seen, computers are lent, and models are made that anyone can check. Nobody has to be trusted: who does work signs for it, and what was signed can be replayed."
    >
      <Loaded answer={overview} what="the network">
        {value => (
          <>
            {value.studies && <Latest studies={value.studies} models={value.models ?? []} />}
            <Counters {...value} />
            <Services services={value.status.services} />
            <Confinement sandbox={value.status.sandbox} />
            <Nodes nodes={value.nodes} name={value.status.name} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Latest({ studies, models }: { studies: Study[]; models: ModelEntry[] }) {
  const study = studies.at(-1);
  if (!study) {
    return (
      <p class="box">
        Nothing has been studied through this node yet. <code>npm start</code> runs the main job on an
        invented cohort; <code>npm start -- --csv FILE --target COLUMN</code> does it with a table of yours.
      </p>
    );
  }
  const name = nameOfStudy(study);
  const model = models.findLast(each => each.name === name);
  const state = study.state === 'done' ? 'done' : study.state === 'running' ? 'running' : 'failed';
  return (
    <section class="box" aria-labelledby="latest">
      <h2 id="latest">Latest study</h2>
      <p>
        <Badge state={state} /> <a href={`/studies/${study.id}`}>{name ?? `Study ${study.id}`}</a>,{' '}
        {ago(study.createdAtMs, Date.now())}: “{study.request.purpose}”
      </p>
      {model && (
        <p>
          Its model:{' '}
          <a href={`/models/${model.name}`}>
            {model.name}, version {model.version}
          </a>
          . Try it, and check how it was made.
        </p>
      )}
    </section>
  );
}

function Counters({ status, nodes, studies, models, datasets }: Overview) {
  const entries = nodes.reduce((sum, node) => sum + Number(node.log.size), 0);
  const counters = [
    { title: 'block', value: grouped(status.block.number), about: `chain ${status.deployment.chainId}` },
    { title: 'nodes', value: grouped(nodes.length), about: 'registered on the blockchain' },
    { title: 'datasets', value: grouped(datasets.length), about: 'held by custodians' },
    ...(models ? [{ title: 'models', value: grouped(models.length), about: 'served by this node' }] : []),
    ...(studies
      ? [{ title: 'studies', value: grouped(studies.length), about: 'run through this node' }]
      : []),
    { title: 'log entries', value: grouped(entries), about: 'anchored, all nodes together' },
  ];
  return (
    <section aria-labelledby="counters">
      <h2 id="counters" class="sr">
        In numbers
      </h2>
      <ul class="counters">
        {counters.map(({ title, value, about }) => (
          <li key={title}>
            <span class="number">{value}</span> <span class="title">{title}</span>
            <span class="about">{about}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Services({ services }: { services: readonly string[] }) {
  return (
    <section aria-labelledby="services">
      <h2 id="services">What this node does</h2>
      <ul>
        {services.map(service => (
          <li key={service}>
            <strong>{service}</strong>
            {serviceWords(service) && <>: {serviceWords(service)}</>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A node that requires a sandbox and has lost it does not run jobs; one that makes do says so. */
function Confinement({ sandbox }: { sandbox: Sandbox | undefined }) {
  if (!sandbox) return null;
  const { setting, isAdequate, jobsRunIn } = sandbox;
  return (
    <section aria-labelledby="sandbox">
      <h2 id="sandbox">What jobs run in</h2>
      <p>
        <Badge state={isAdequate ? 'done' : 'failed'} word={isAdequate ? 'confined' : 'not confined'} />{' '}
        Programs on this node run in {jobsRunIn}.{' '}
        {isAdequate
          ? 'A program that broke out of its runtime would find no network, no file of this machine and no key.'
          : setting === 'required'
            ? 'That is not enough: the node takes no jobs until it is mended.'
            : 'That is enough to try things out, not to run programs of strangers; whoever runs this node chose to go on. Install bubblewrap for more.'}
      </p>
    </section>
  );
}

function Nodes({ nodes, name }: { nodes: NetworkNode[]; name: string }) {
  const sorted = [...nodes].sort((a, b) => Number(b.isSelf) - Number(a.isSelf));
  return (
    <section aria-labelledby="nodes">
      <h2 id="nodes">Nodes</h2>
      <p>
        Each <Term noun="node" /> is known by the address of its key. Its <Term noun="stake" /> is a pledge it
        can lose; its <Term noun="log" /> holds everything it signed, and the log’s size and fingerprint are
        written to the blockchain (<Term noun="anchor">anchored</Term>).
      </p>
      <table class="cards">
        <caption class="sr">Nodes of the network with their roles, stake and log</caption>
        <thead>
          <tr>
            <th scope="col">Node</th>
            <th scope="col">Does</th>
            <th scope="col" class="figure">
              Stake, KOIN
            </th>
            <th scope="col" class="figure">
              Log entries
            </th>
            <th scope="col">Anchored head</th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(node => (
            <tr key={node.operator} class={node.isSelf ? 'self' : ''}>
              <th scope="row">
                <Address of={node.operator} bare />
                {node.isSelf && <span class="badge done">this node: {name}</span>}
              </th>
              <td data-label="Does">{node.roles.map(roleName).join(', ') || 'nothing yet'}</td>
              <td data-label="Stake, KOIN" class="figure">
                {koin(node.stake)}
              </td>
              <td data-label="Log entries" class="figure">
                {grouped(node.log.size)}
              </td>
              <td data-label="Anchored head">
                {node.log.size === '0' ? (
                  <span class="muted">nothing logged yet</span>
                ) : (
                  <span>
                    <Hash of={node.log.root} label="the fingerprint of the log" />{' '}
                    <span class="muted">block {grouped(node.log.block)}</span>
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
