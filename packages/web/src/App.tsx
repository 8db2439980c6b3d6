import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
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
import { NodePage } from './network/NodePage.tsx';
import { learnAddresses } from './parts/Address.tsx';
import { Loading } from './parts/Loaded.tsx';
import { Page } from './parts/Page.tsx';
import { TokenForm } from './parts/TokenForm.tsx';
import type { Route } from './route/route.ts';
import { useRoute } from './route/useRoute.ts';
import { StudiesPage } from './studies/StudiesPage.tsx';
import { StudyPage } from './studies/StudyPage.tsx';
import { grouped } from './words/format.ts';
import { serviceOf, serviceWords } from './words/serviceWords.ts';

const REFRESH_MS = 5000;

/** The menu: each with its own page first, then those below it. */
const sections: { href: string; title: string; pages: [Route['page'], ...Route['page'][]] }[] = [
  { href: '/', title: 'Network', pages: ['network', 'node'] },
  { href: '/studies', title: 'Studies', pages: ['studies', 'study'] },
  { href: '/models', title: 'Models', pages: ['models', 'model'] },
  { href: '/data', title: 'Data', pages: ['data', 'dataset'] },
  { href: '/integrity', title: 'Integrity', pages: ['integrity', 'dispute'] },
  { href: '/glossary', title: 'Glossary', pages: ['glossary'] },
];

export function App() {
  const route = useRoute();
  const [, setKnown] = useState(false);
  const status = useAnswer('status', () => ask('node.status'), REFRESH_MS);
  const services = status.state === 'here' ? status.value.services : undefined;
  useEffect(() => {
    if (services) void learnAddresses(services).then(() => setKnown(true));
  }, [services !== undefined]);
  const pending = status.state === 'here' ? status.value.pendingRequests : 0;

  const isLocked = status.state === 'failed' && status.error.code === 'K_HTTP_TOKEN';

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
            {sections
              .filter(({ pages: [page] }) => isOn(page, services))
              .map(({ href, title, pages }) => (
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
        {isLocked ? (
          <Locked />
        ) : status.state === 'loading' && serviceOf(route.page) !== undefined ? (
          <Loading what="the page" />
        ) : isOn(route.page, services) ? (
          pageOf(route)
        ) : (
          <Off key={`off ${route.page}`} page={route.page} />
        )}
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

/** Whether the node can fill the page: by its services, where it told them. */
function isOn(page: Route['page'], services: readonly string[] | undefined): boolean {
  const service = serviceOf(page);
  return service === undefined || services === undefined || services.includes(service);
}

function Off({ page }: { page: Route['page'] }) {
  const service = serviceOf(page)!;
  const title = sections.find(({ pages }) => pages.includes(page))!.title;
  return (
    <Page title={title}>
      <p class="box empty">
        The service <code>{service}</code> is off on this node, so there is nothing to show here. A node where
        it is on {serviceWords(service)}.
      </p>
    </Page>
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
    case 'node':
      return <NodePage key={`node ${route.address}`} address={route.address} />;
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
