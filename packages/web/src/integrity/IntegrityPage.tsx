import type { DisputesView, IntegrityView } from '@koinon/protocol';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { Loaded } from '../parts/Loaded.tsx';
import { Page } from '../parts/Page.tsx';
import { Term } from '../parts/Term.tsx';
import { grouped, koin } from '../words/format.ts';
import { Audits } from './Audits.tsx';
import { Disputes } from './Disputes.tsx';
import { Logs } from './Logs.tsx';
import { Providers } from './Providers.tsx';
import { ppmWords } from './words.ts';

const REFRESH_MS = 3000;

interface Both {
  view: IntegrityView;
  disputes: DisputesView['disputes'];
}

async function load(): Promise<Both> {
  const [view, { disputes }] = await Promise.all([ask('court.integrity'), ask('court.disputes')]);
  return { view, disputes };
}

/** Whether work is checked, what was found, and what a wrong result would cost whoever signed it. */
export function IntegrityPage() {
  const answer = useAnswer('integrity', load, REFRESH_MS);
  return (
    <Page
      title="Integrity"
      lead="Who does work here signs for it with a stake. Other nodes, drawn by lot, do some of it again. Where the results differ, a court has one step replayed and takes the stake of whoever signed the wrong one."
    >
      <Loaded answer={answer} what="the integrity of the network">
        {({ view, disputes }) => (
          <>
            <Counters view={view} />
            <Disputes disputes={disputes} />
            <Audits audits={view.audits} />
            <Providers view={view} />
            <Logs logs={view.logs} />
            <p class="box">
              What stands here is the word of the node that served this page: it reads the blockchain and adds
              what it saw itself. Audits it did not hear of are missing from the figures.{' '}
              <code>koinon verify RECEIPT --rpc URL</code> asks the blockchain itself, and checks one piece of
              work from its evidence.
            </p>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Counters({ view }: { view: IntegrityView }) {
  const { audits, disputes, slashed } = view;
  const compared = audits.agrees + audits.differs;
  const counters = [
    {
      title: 'audits drawn',
      value: grouped(audits.drawn),
      about: `of ${grouped(audits.receipts)} receipts before the lot`,
    },
    { title: 'audits done', value: grouped(audits.done), about: 'reports in the auditors’ logs' },
    {
      title: 'agreement',
      value: compared === 0 ? '–' : ppmWords(Math.round((audits.agrees / compared) * 1_000_000)),
      about:
        compared === 0
          ? 'nothing was compared yet'
          : `${grouped(audits.agrees)} of ${grouped(compared)} replays`,
    },
    { title: 'open disputes', value: grouped(disputes.open), about: 'before the court now' },
    {
      title: 'convicted',
      value: grouped(disputes.convicted),
      about: `${grouped(disputes.acquitted)} acquitted, ${grouped(disputes.undecided)} undecided`,
    },
    { title: 'KOIN slashed', value: koin(slashed), about: 'stake taken by the court' },
  ];
  return (
    <section aria-labelledby="counters">
      <h2 id="counters" class="sr">
        In numbers
      </h2>
      <ul class="counters">
        {counters.map(({ title, value, about }) => (
          <li key={title} data-counter={title}>
            <span class="number">{value}</span> <span class="title">{title}</span>
            <span class="about">{about}</span>
          </li>
        ))}
      </ul>
      <p class="muted">
        The lot is drawn from{' '}
        {view.beacon === 'block' ? (
          <>the fingerprint of a later block, as on any local network</>
        ) : (
          <>a public beacon (drand), whose signature the contract verifies</>
        )}
        : a <Term noun="beacon" /> nobody can foresee.
      </p>
    </section>
  );
}
