import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Status } from './api/answers.ts';
import { ask } from './api/ask.ts';
import { keepToken } from './api/token.ts';
import { useAnswer } from './api/useAnswer.ts';
import { DataPage } from './data/DataPage.tsx';
import { DatasetPage } from './data/DatasetPage.tsx';
import { GlossaryPage } from './glossary/GlossaryPage.tsx';
import { DisputePage } from './integrity/DisputePage.tsx';
import { IntegrityPage } from './integrity/IntegrityPage.tsx';
import { ModelPage } from './models/ModelPage.tsx';
import { ModelsPage } from './models/ModelsPage.tsx';
import { NetworkPage } from './network/NetworkPage.tsx';
import { learnAddresses } from './parts/Address.tsx';
import { Page } from './parts/Page.tsx';
import { TokenForm } from './parts/TokenForm.tsx';
import type { Route } from './route/route.ts';
import { useRoute } from './route/useRoute.ts';
import { StudiesPage } from './studies/StudiesPage.tsx';
import { StudyPage } from './studies/StudyPage.tsx';
import { grouped } from './words/format.ts';

const REFRESH_MS = 5000;

const sections: { href: string; title: string; pages: Route['page'][] }[] = [
  { href: '/', title: 'Network', pages: ['network'] },
  { href: '/studies', title: 'Studies', pages: ['studies', 'study'] },
  { href: '/models', title: 'Models', pages: ['models', 'model'] },
  { href: '/data', title: 'Data', pages: ['data', 'dataset'] },
  { href: '/integrity', title: 'Integrity', pages: ['integrity', 'dispute'] },
  { href: '/glossary', title: 'Glossary', pages: ['glossary'] },
];

export function App() {
  const route = useRoute();
  const [, setKnown] = useState(false);
  useEffect(() => {
    void learnAddresses().then(() => setKnown(true));
  }, []);
  const status = useAnswer('status', () => ask<Status>('/api/status'), REFRESH_MS);
  const pending = status.state === 'here' ? status.value.pendingRequests : 0;

  const isLocked = status.state === 'failed' && status.error.status === 401;

  return (
    <>
      <a class="skip" href="#content">
        Skip to content
      </a>
      <header class="top">
        <a class="brand" href="/">
          <img src="/favicon.svg" alt="" width="24" height="24" /> Koinon
        </a>
        <nav aria-label="Main">
          <ul>
            {sections.map(({ href, title, pages }) => (
              <li key={href}>
                <a href={href} aria-current={pages.includes(route.page) ? 'page' : undefined}>
                  {title}
                  {title === 'Data' && pending > 0 && (
                    <span class="count">
                      {pending}
                      <span class="sr"> requests are waiting</span>
                    </span>
                  )}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="content" tabIndex={-1}>
        {isLocked ? <Locked /> : pageOf(route)}
      </main>
      <footer>
        {status.state === 'here' && (
          <p>
            You are looking through the node <strong>{status.value.name}</strong>, version{' '}
            {status.value.version}, at block {grouped(status.value.block.number)}. Whatever it says you can
            check: open a model and press <em>Check this</em>.
          </p>
        )}
        {status.state === 'failed' && <p>The node does not answer at the moment.</p>}
      </footer>
    </>
  );
}

/** A node that listens beyond its own machine tells nothing without the token. */
function Locked() {
  return (
    <Page title="This node is locked">
      <TokenForm
        title="Give the token"
        why="This node can be reached from other machines, so it shows nothing without its token."
        onToken={token => {
          keepToken(token);
          location.reload();
        }}
      />
    </Page>
  );
}

function pageOf(route: Route): VNode {
  switch (route.page) {
    case 'network':
      return <NetworkPage key="network" />;
    case 'studies':
      return <StudiesPage key="studies" />;
    case 'study':
      return <StudyPage key={`study ${route.id}`} id={route.id} />;
    case 'models':
      return <ModelsPage key="models" />;
    case 'model':
      return (
        <ModelPage key={`model ${route.name} ${route.version}`} name={route.name} version={route.version} />
      );
    case 'data':
      return <DataPage key="data" />;
    case 'dataset':
      return <DatasetPage key={`dataset ${route.id}`} id={route.id} />;
    case 'integrity':
      return <IntegrityPage key="integrity" />;
    case 'dispute':
      return <DisputePage key={`dispute ${route.id}`} id={route.id} />;
    case 'glossary':
      return <GlossaryPage key="glossary" />;
    default:
      return (
        <Page key="missing" title="There is no such page">
          <p>
            The address does not lead anywhere. <a href="/">Go to the network</a>.
          </p>
        </Page>
      );
  }
}
