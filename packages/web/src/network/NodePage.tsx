import type { AuditView, DisputeSummary, LogHealth, ProviderView } from '@koinon/protocol';
import type { NetworkNode } from '../api/answers.ts';
import { ask } from '../api/ask.ts';
import { useAnswer } from '../api/useAnswer.ts';
import { AuditTable } from '../integrity/Audits.tsx';
import { DisputeList } from '../integrity/Disputes.tsx';
import { Provider } from '../integrity/Providers.tsx';
import { logWords } from '../integrity/words.ts';
import { Address, nameOfNode, roleName } from '../parts/Address.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Hash } from '../parts/Hash.tsx';
import { Empty, Loaded } from '../parts/Loaded.tsx';
import { Badge } from '../parts/Mark.tsx';
import { Page } from '../parts/Page.tsx';
import { Term } from '../parts/Term.tsx';
import { Time } from '../parts/Time.tsx';
import { grouped, koin, shortHex } from '../words/format.ts';

const REFRESH_MS = 5000;

interface Known {
  /** Absent where nobody registered a node at the address. */
  node?: NetworkNode;
  /** Further nodes that belong to the node's owner, or to the address itself; without the owner's own. */
  others: NetworkNode[];
  /** Absent where this node does not watch the others. */
  seen?: { provider?: ProviderView; log?: LogHealth; audits: AuditView[]; disputes: DisputeSummary[] };
}

async function load(address: string): Promise<Known> {
  const [{ services }, { nodes }] = await Promise.all([ask('node.status'), ask('node.nodes')]);
  const node = nodes.find(({ operator }) => operator === address);
  const owner = node?.owner ?? address;
  const others = nodes.filter(each => each.owner === owner && each !== node && each.operator !== owner);
  if (!node) return { others };
  if (!services.includes('court')) return { node, others };
  const [view, { disputes }] = await Promise.all([ask('court.integrity'), ask('court.disputes')]);
  const provider = view.providers.find(({ operator }) => operator === address);
  const log = view.logs.find(({ operator }) => operator === address);
  return {
    node,
    others,
    seen: {
      ...(provider ? { provider } : {}),
      ...(log ? { log } : {}),
      audits: view.audits.latest.filter(audit => audit.provider === address || audit.auditor === address),
      disputes: disputes.filter(({ accused, accuser }) => accused === address || accuser === address),
    },
  };
}

/** One node: what the registry says of it, and what this node saw of its work. */
export function NodePage({ address: typed }: { address: string }) {
  const address = typed.toLowerCase();
  const isAddress = /^0x[0-9a-f]{40}$/.test(address);
  const name = isAddress ? nameOfNode(address) : undefined;
  return (
    <Page title={name ?? (isAddress ? `Node ${shortHex(address)}` : 'There is no such node')}>
      {isAddress ? (
        <OfAddress address={address} />
      ) : (
        <Empty>
          <p>
            A node is known by its address: <code>0x</code> and 40 digits. <a href="/">See all nodes</a>.
          </p>
        </Empty>
      )}
    </Page>
  );
}

function OfAddress({ address }: { address: string }) {
  const answer = useAnswer(`node ${address}`, () => load(address), REFRESH_MS);
  return (
    <Loaded answer={answer} what="the node">
      {({ node, others, seen }) => {
        if (!node) return <Unregistered address={address} owned={others} />;
        return (
          <>
            <Registered node={node} others={others} />
            <Log node={node} health={seen?.log} />
            {seen && <Work seen={seen} />}
          </>
        );
      }}
    </Loaded>
  );
}

function Unregistered({ address, owned }: { address: string; owned: readonly NetworkNode[] }) {
  return (
    <Empty>
      <p>
        <Hash of={address} label="the address" isWhole />
      </p>
      <p>
        Nobody registered a node with this address.{' '}
        {owned.length > 0 && (
          <>
            It is the owner of <NodeList nodes={owned} />.{' '}
          </>
        )}
        <a href="/">See all nodes</a>.
      </p>
    </Empty>
  );
}

function Registered({ node, others }: { node: NetworkNode; others: readonly NetworkNode[] }) {
  const isOwn = node.owner === node.operator;
  const name = nameOfNode(node.operator);
  return (
    <>
      {node.isSelf && (
        <p>
          <Badge state="done" word="this node" /> It served this page.
        </p>
      )}
      <Facts
        label="What the blockchain says of it"
        facts={[
          {
            name: 'address',
            value: <Hash of={node.operator} label="the address" isWhole />,
            about: name
              ? 'Its name is what its owner calls it; another owner may call theirs the same, so go by the address.'
              : 'Its owner has given it no name.',
          },
          {
            name: 'owner',
            value: isOwn ? 'itself' : <Address of={node.owner} bare />,
            about:
              others.length === 0 ? (
                'Has no further node.'
              ) : (
                <>
                  Has {isOwn ? 'also' : 'besides'} <NodeList nodes={others} />.
                </>
              ),
          },
          { name: 'does', value: node.roles.map(roleName).join(', ') || 'nothing yet' },
          {
            name: 'stake',
            value: `${koin(node.stake)} KOIN`,
            about: 'A pledge that it loses if the court finds that it signed something false.',
          },
          { name: 'registered', value: <Time seconds={node.registeredAt} exact /> },
          {
            name: 'announces',
            value:
              node.multiaddrs.length === 0 ? (
                <span class="muted">no address</span>
              ) : (
                <ul class="plain">
                  {node.multiaddrs.map(each => (
                    <li key={each}>
                      <code>{each}</code>
                    </li>
                  ))}
                </ul>
              ),
            about: 'Where other nodes reach it.',
          },
        ]}
      />
    </>
  );
}

function NodeList({ nodes }: { nodes: readonly NetworkNode[] }) {
  return (
    <>
      {nodes.map(({ operator }, i) => (
        <>
          {i > 0 && ', '}
          <Address key={operator} of={operator} />
        </>
      ))}
    </>
  );
}

function Log({ node: { log }, health }: { node: NetworkNode; health: LogHealth | undefined }) {
  const word = health && logWords[health.state];
  return (
    <section aria-labelledby="log">
      <h2 id="log">Its log</h2>
      <p>
        {log.size === '0' ? (
          <>Nothing of its log stands on the blockchain yet.</>
        ) : (
          <>
            {grouped(log.size)} {log.size === '1' ? 'entry is' : 'entries are'}{' '}
            <Term noun="anchor">anchored</Term> on the blockchain, at block {grouped(log.block)}, with the
            fingerprint <Hash of={log.root} label="the fingerprint of the log" />
          </>
        )}
      </p>
      {health && word && (
        <p>
          <Badge state={word.state} word={word.word} /> This node has seen {grouped(health.size)} of its
          entries
          {health.checkedAtSeconds !== undefined && (
            <>
              , <Time seconds={health.checkedAtSeconds} />
            </>
          )}
          .{health.trouble && <span class="failed-text"> {health.trouble}</span>}
        </p>
      )}
    </section>
  );
}

function Work({ seen }: { seen: NonNullable<Known['seen']> }) {
  const { provider, audits, disputes } = seen;
  return (
    <>
      {provider && (
        <section aria-labelledby="work">
          <h2 id="work">Its work</h2>
          <ul class="cards-list">
            <Provider provider={provider} />
          </ul>
        </section>
      )}
      <section aria-labelledby="court">
        <h2 id="court">Before the court</h2>
        {disputes.length === 0 ? (
          <p>Nobody has accused it, and it has accused nobody.</p>
        ) : (
          <DisputeList disputes={disputes} />
        )}
      </section>
      <section aria-labelledby="audits">
        <h2 id="audits">Audits</h2>
        {audits.length === 0 ? (
          <p>This node has not lately heard of an audit of its work or by it.</p>
        ) : (
          <AuditTable audits={audits} />
        )}
      </section>
    </>
  );
}
